import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, closeOn, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

interface Call {
  readonly level: string;
  readonly args: readonly unknown[];
}

/** Everything that Nest's loggers are given. */
class CallRecorder implements LoggerService {
  readonly calls: Call[] = [];

  readonly log = this.#recorder('log');
  readonly warn = this.#recorder('warn');
  readonly error = this.#recorder('error');
  readonly debug = this.#recorder('debug');

  #recorder(level: string) {
    return (...args: unknown[]) => void this.calls.push({ level, args });
  }
}

const HOSTILE = 'thief\n[Nest] 1  - LOG forged \u001b[2J';

describe("The library's log", () => {
  let kit: BackgroundTestingKit;
  let recorder: CallRecorder;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    recorder = new CallRecorder();
  });
  afterEach(closeApps);

  async function bootPrices(logs: 'text' | 'structured') {
    @LeaderElected('prices:leader', { circuitBreaker: { failureThreshold: 2, openDuration: 3_000 } })
    class Prices {
      runs = 0;

      @Interval('prices', 1_000)
      update() {
        if (++this.runs <= 2) throw new RangeError(HOSTILE);
      }
    }
    const imports = [background(kit, { logs, instanceId: 'one' })];
    const app = await boot({ imports, providers: [Prices] });
    app.useLogger(recorder);
    kit.attach(app);
    return app;
  }

  /** A life in which everything happens that has a line. */
  async function live(logs: 'text' | 'structured') {
    kit.store.set('prices:leader', HOSTILE, 130_000);
    const app = await bootPrices(logs);
    await kit.elected('prices:leader');
    await kit.clock.advance(7_000);
    kit.steal('prices:leader', HOSTILE);
    await kit.clock.advance(10_000);
    kit.expire('prices:leader');
    await kit.elected('prices:leader');
    await closeOn(kit, app);
  }

  /** The first argument of each call in the library's name. */
  const lines = () =>
    recorder.calls
      .filter(({ args }) => ['BackgroundServices', 'prices'].includes(String(args.at(-1))))
      .map(({ level, args }) => ({ level, line: args[0] }));

  it('has one line each for what operators look for, as texts', async () => {
    await live('text');
    const texts = lines().map(({ level, line }) => `${level}: ${String(line)}`);
    for (const expected of [
      /^log: Standing by for "prices:leader" \(leader: thief\\n\[Nest\] 1 {2}- LOG forged \\u001b\[2J\)$/,
      /^log: Became LEADER of "prices:leader" after \d+ attempts \(\d+\.\d s\), fencing token \d+$/,
      /^error: Circuit breaker OPEN until 20\S+ \(was closed\)$/,
      /^warn: Circuit breaker half-open \(was open\)$/,
      /^log: Circuit breaker closed: recovered \(was half-open\)$/,
      /^error: LOST LEADERSHIP of "prices:leader" \(lost\), fencing token \d+$/,
      /^log: Stopped cleanly$/,
    ])
      expect(texts.filter((text) => expected.test(text)).length).toBeGreaterThanOrEqual(1);
    expect(texts.filter((text) => /^log: Waiting for "prices:leader" for \d+ s/.test(text))).toHaveLength(2);
  });

  it('lets nothing that comes from outside act in a line or in a stack', async () => {
    await live('text');
    const texts = recorder.calls.flatMap(({ args }) => args.map(String));
    expect(texts.filter((text) => text.includes('forged')).length).toBeGreaterThan(3);
    for (const text of texts) {
      const [, ...frames] = text.split('\n');
      expect(frames.filter((frame) => !/^\s+at /.test(frame))).toEqual([]);
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });

  it("carries fields where the option says so: replica, key, token, worker, the iteration's number", async () => {
    await live('structured');
    const find = (text: string) =>
      lines()
        .map(({ line }) => line as Record<string, unknown>)
        .find(({ message }) => String(message).startsWith(text));
    const replica = expect.stringMatching(/^one-/);
    const key = 'prices:leader';
    const token = expect.any(Number);
    const leader = expect.stringContaining('\\n');
    expect(find('Standing by')).toMatchObject({ replica, key, attempts: 1, leader });
    expect(find('Became LEADER')).toMatchObject({ replica, key, token, attempts: expect.any(Number) });
    expect(find('LOST')).toMatchObject({ replica, key, token, reason: 'lost' });
    const worker = { replica, worker: 'prices', key, token };
    expect(find('Iteration 1 failed')).toMatchObject({
      ...{ ...worker, number: 1, error: 'RangeError' },
      err: { type: 'RangeError', message: expect.stringContaining('thief\\n'), stack: expect.any(String) },
    });
    expect(find('Circuit breaker OPEN')).toMatchObject({ ...worker, circuit: 'open', number: 2 });
    const text = 'Stopped cleanly';
    expect(find(text)).toEqual({ message: text, msg: text, replica });
  });

  it('says that an operator reset a breaker, not that the worker recovered', async () => {
    const app = await bootPrices('text');
    await kit.elected('prices:leader');
    await kit.clock.advance(2_000);
    managerOf(app).resetCircuitBreaker('prices');
    const texts = lines().map(({ line }) => line);
    expect(texts).toContain('Circuit breaker closed: reset (was open)');
    expect(texts.filter((text) => String(text).includes('recovered'))).toEqual([]);
  });
});
