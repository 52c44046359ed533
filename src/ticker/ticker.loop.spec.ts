import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Iteration } from 'nestjs-background-services';
import { testIteration } from 'nestjs-background-services/testing';
import { TestClock } from 'nestjs-background-services/testing';
import { env } from '../config/env.js';
import { type HistoricalBootstrapper } from './history/historical-bootstrapper.js';
import { type MarketStream } from './stream/market-stream.js';
import { type SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { TaskMonitor } from './tasks/task-monitor.js';
import { type StreamTerm } from './term.js';
import { TickerLoop } from './ticker.loop.js';

const ended = new Error('the term has ended');
const untilAborted = ({ signal }: StreamTerm) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

describe('TickerLoop', () => {
  let clock: TestClock;
  let told: string[];
  let abort: AbortController;
  let reload: jest.Mock<() => Promise<unknown>>;
  let tick: jest.Mock<(plan: unknown, term: StreamTerm) => Promise<void>>;
  let history: jest.Mock<(term: StreamTerm) => Promise<never>>;
  let tasks: TaskMonitor;

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    abort = new AbortController();
    reload = jest.fn(async () => ({ accounts: 4, contracts: 10 }));
    tick = jest.fn(async () => void told.push(`tick at ${clock.monotonic()}`));
    history = jest.fn(untilAborted);
    tasks = new TaskMonitor({ now: () => new Date(clock.wall()) });
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });

  function make({ isStreaming = true } = {}) {
    const note = (what: string) => () => void told.push(what);
    return new TickerLoop(
      {
        begin: note('begin'),
        end: note('end'),
        ready: reload,
        reloadSoon: reload,
        planOf: () => [],
        isStreaming,
      } as unknown as SubscriptionReconciler,
      { run: history } as unknown as HistoricalBootstrapper,
      { tick, end: note('forget') } as unknown as MarketStream,
      tasks,
      clock,
    );
  }
  function iteration(): Iteration {
    const logger = new Logger('test');
    jest.spyOn(logger, 'log').mockImplementation(() => undefined);
    const { signal } = abort;
    return testIteration({ worker: 'ticker', key: 'ticker:loop:leader', fencingToken: 7, signal, logger });
  }

  it('knows what to stream before it streams, and ticks at its interval', async () => {
    const run = make().run(iteration());
    await clock.advance(2 * env.TICKER_INTERVAL);
    expect(told).toEqual(['begin', 'tick at 0', 'tick at 1000', 'tick at 2000']);
    expect(reload).toHaveBeenCalledTimes(1);
    abort.abort(ended);
    await run;
  });

  it('is over when all of its work is, and leaves nothing behind', async () => {
    let finish = () => {};
    history.mockImplementation(
      (term) => new Promise((_, reject) => (finish = () => reject(term.signal.reason as Error))),
    );
    let over = false;
    const run = make()
      .run(iteration())
      .then(() => (over = true));
    await clock.advance(0);
    abort.abort(ended);
    await clock.advance(10_000);
    expect(told).toEqual(['begin', 'tick at 0', 'forget', 'end']);
    expect(over).toBe(false);
    finish();
    await run;
    expect(tasks.status()).toMatchObject({ running: [], aborted: 1, failed: 0 });
  });

  it('takes the history along when it fails in the middle of a term', async () => {
    tick.mockRejectedValueOnce(new Error('out of prices'));
    await expect(make().run(iteration())).rejects.toThrow('out of prices');
    expect(told).toEqual(['begin', 'forget', 'end']);
    expect(tasks.status().running).toEqual([]);
  });

  it('goes on streaming when the history fails, and does not hide it', async () => {
    history.mockRejectedValueOnce(new Error('the disk is full'));
    const run = make().run(iteration());
    await clock.advance(env.TICKER_INTERVAL);
    expect(told).toContain('tick at 1000');
    expect(tasks.status().failures).toMatchObject([{ task: 'history', message: 'the disk is full' }]);
    abort.abort(ended);
    await run;
  });

  it('streams nothing if it cannot read what to stream', async () => {
    reload.mockRejectedValueOnce(new Error('the database is away'));
    await expect(make().run(iteration())).rejects.toThrow('the database is away');
    expect(told).toEqual(['begin', 'forget', 'end']);
    expect(history).not.toHaveBeenCalled();
  });

  it('follows a tick that took too long with one at once, not with all that it made late', async () => {
    tick.mockImplementationOnce(
      () => new Promise((resolve) => void clock.setTimeout(resolve, 3.5 * env.TICKER_INTERVAL)),
    );
    const run = make().run(iteration());
    await clock.advance(4.5 * env.TICKER_INTERVAL);
    expect(told).toEqual(['begin', 'tick at 3500', 'tick at 4500']);
    abort.abort(ended);
    await run;
  });

  it('hands its token and its signal on', async () => {
    const run = make().run(iteration());
    await clock.advance(0);
    const [[, term] = []] = tick.mock.calls;
    expect(term).toMatchObject({ key: 'ticker:loop:leader', fencingToken: 7 });
    abort.abort(ended);
    expect(term?.signal.aborted).toBe(true);
    await run;
  });

  it('ticks its shards one after the other', async () => {
    const run = make().run({ ...iteration(), shard: { index: 4, count: 8 } });
    await clock.advance(1.75 * env.TICKER_INTERVAL);
    expect(told).toEqual(['begin', 'tick at 500', 'tick at 1500']);
    abort.abort(ended);
    await run;
  });

  it('reconciles while it streams, and only then', () => {
    make({ isStreaming: false }).reconcile();
    expect(reload).not.toHaveBeenCalled();
    make().reconcile();
    expect(reload).toHaveBeenCalledTimes(1);
  });
});
