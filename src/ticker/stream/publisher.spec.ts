import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Publisher } from './publisher.js';

const RETRY = 5_000;

describe('Publisher', () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  let answer: () => Promise<unknown>;
  const publish = jest.fn((_channel: string, _message: string) => answer());
  const sick = () => Promise.reject(new Error("Stream isn't writeable"));
  const well = () => Promise.resolve(1);

  beforeEach(() => {
    // The breaker of cockatiel looks at Date.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    for (const spy of [warn, log, publish]) spy.mockClear();
    answer = well;
  });
  afterEach(() => void jest.useRealTimers());

  const make = (options: { inFlight?: number } = {}) =>
    new Publisher({ publish }, { retryAfter: RETRY, ...options });
  const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));
  async function send(publisher: Publisher, messages: number): Promise<void> {
    for (let i = 0; i < messages; i++) {
      publisher.publish('ticker:a', () => `message ${i}`);
      await settled();
    }
  }

  it('publishes', async () => {
    const publisher = make();
    await send(publisher, 2);
    expect(publish.mock.calls).toEqual([
      ['ticker:a', 'message 0'],
      ['ticker:a', 'message 1'],
    ]);
    expect(publisher.status()).toEqual({
      state: 'closed',
      published: 2,
      dropped: { failed: 0, open: 0, crowded: 0 },
      openings: 0,
    });
  });

  it('opens after five failures in a row, and then neither makes nor sends a message', async () => {
    const publisher = make();
    answer = sick;
    await send(publisher, 5);
    expect(publisher.status()).toMatchObject({ state: 'open', openings: 1 });
    const message = jest.fn(() => 'message');
    for (let i = 0; i < 1_000; i++) {
      publisher.publish('ticker:a', message);
      if (i % 50 === 0) await settled();
    }
    await settled();
    expect(message).not.toHaveBeenCalled();
    expect(publisher.status()).toMatchObject({
      published: 0,
      dropped: { failed: 5, open: 1_000, crowded: 0 },
    });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('lets one message try when Redis has been away for 30 s, and recovers with it', async () => {
    const publisher = make();
    answer = sick;
    await send(publisher, 5);
    for (let second = 0; second < 30; second++) {
      jest.advanceTimersByTime(1_000);
      await send(publisher, 10);
    }
    const { dropped, published } = publisher.status();
    expect(published).toBe(0);
    // One message in five seconds finds out that it is still away.
    expect(dropped.failed).toBe(5 + 30 / (RETRY / 1_000));
    expect(dropped.failed + dropped.open).toBe(305);

    answer = well;
    jest.advanceTimersByTime(RETRY);
    await send(publisher, 3);
    expect(publisher.status()).toMatchObject({ state: 'closed', published: 3 });
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('never waits for Redis, and drops what would pile up', async () => {
    const publisher = make({ inFlight: 10 });
    answer = () => new Promise(() => undefined);
    for (let i = 0; i < 1_000; i++) publisher.publish('ticker:a', () => 'message');
    await settled();
    expect(publish).toHaveBeenCalledTimes(10);
    expect(publisher.status().dropped.crowded).toBe(990);
  });

  it('does nothing without a Redis', () => {
    const publisher = new Publisher(undefined, { retryAfter: RETRY });
    publisher.publish('ticker:a', () => 'message');
    expect(publisher.status()).toMatchObject({ state: 'off', published: 0 });
  });
});
