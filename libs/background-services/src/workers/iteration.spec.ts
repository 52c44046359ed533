import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LeadershipLostError } from '../errors/index.js';
import { Term } from '../leadership/index.js';
import { TestClock } from '../testing/test-clock.js';
import { currentIteration, type Iteration, runInIteration, WorkerIteration } from './iteration.js';

describe('Iteration', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  function iteration(worker = 'prices', number = 1) {
    const clock = new TestClock();
    const sentAt = { monotonic: 0, wall: clock.wall() };
    const term = new Term('market:leader', 'me', 42, clock, 20_000, sentAt, clock.wall());
    const { signal } = new AbortController();
    const due = Date.UTC(2026, 0, 1, 12);
    return {
      term,
      made: new WorkerIteration(worker, number, { signal }, { logger: new Logger(worker) }, term, due),
    };
  }

  describe('currentIteration', () => {
    it('is undefined outside of an iteration', () => {
      expect(currentIteration()).toBeUndefined();
    });

    it('finds the iteration in code that it was not handed to, across awaits, timers and event loop turns', async () => {
      const { made } = iteration();
      const deep = async (): Promise<Iteration | undefined> => {
        await nextTurn();
        await Promise.all([nextTurn(), Promise.resolve()]);
        return new Promise((resolve) => void setImmediate(() => resolve(currentIteration())));
      };
      expect(await runInIteration(made, async () => deep())).toBe(made);
      expect(currentIteration()).toBeUndefined();
    });

    it('keeps workers that run side by side apart', async () => {
      const seen: string[] = [];
      const work = async ({ worker }: Iteration) => {
        for (let step = 0; step < 20; step++) {
          await nextTurn();
          if (currentIteration()?.worker !== worker) seen.push(`${worker} saw ${currentIteration()?.worker}`);
        }
      };
      const workers = ['a', 'b', 'c'].map((name) => iteration(name).made);
      await Promise.all(workers.map((made) => runInIteration(made, work)));
      expect(seen).toEqual([]);
    });

    it('is the inner one where an iteration runs within another, and the outer one again behind it', async () => {
      const outer = iteration('outer').made;
      const inner = iteration('inner').made;
      const names = await runInIteration(outer, async () => {
        const within = await runInIteration(inner, async () => {
          await nextTurn();
          return currentIteration()?.worker;
        });
        return [within, currentIteration()?.worker];
      });
      expect(names).toEqual(['inner', 'outer']);
    });

    it('is gone when work has thrown', async () => {
      const { made } = iteration();
      await expect(
        runInIteration(made, async () => {
          await nextTurn();
          throw new Error('sick');
        }),
      ).rejects.toThrow('sick');
      expect(currentIteration()).toBeUndefined();
    });
  });

  it('tells its worker, key, token, due time and number', () => {
    const { made } = iteration('prices', 7);
    expect(made).toMatchObject({
      worker: 'prices',
      key: 'market:leader',
      fencingToken: 42,
      number: 7,
      scheduledAt: new Date('2026-01-01T12:00:00Z'),
    });
  });

  it('is not changed by whoever changes the date it handed out', () => {
    const { made } = iteration();
    made.scheduledAt.setFullYear(1970);
    expect(made.scheduledAt.getUTCFullYear()).toBe(2026);
  });

  it('assertLeader() says nothing while the term lasts, and throws with key, token and reason once it is over', () => {
    const { made, term } = iteration();
    made.assertLeader();
    term.closeGate();
    term.abort('lost');
    const failure = (() => {
      try {
        made.assertLeader();
        return undefined;
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(LeadershipLostError);
    expect(failure).toMatchObject({
      code: 'BGS_LEADERSHIP_LOST',
      key: 'market:leader',
      fencingToken: 42,
      reason: 'lost',
    });
  });
});
