import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TaskMonitor } from './task-monitor.js';

describe('TaskMonitor', () => {
  const at = new Date('2026-11-20T12:00:00Z');
  let monitor: TaskMonitor;
  const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);

  beforeEach(() => {
    monitor = new TaskMonitor({ now: () => at });
  });
  afterEach(() => void log.mockClear());

  it('tells what runs', async () => {
    let finish = () => {};
    const task = monitor.watch('history', () => new Promise<void>((resolve) => (finish = resolve)));
    expect(monitor.status().running).toEqual(['history']);
    finish();
    await task;
    expect(monitor.status()).toMatchObject({ running: [], succeeded: 1, failed: 0 });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('the database is away'))],
    [
      'throws',
      () => {
        throw new Error('the database is away');
      },
    ],
  ])('logs and keeps the error of a task that %s, and resolves', async (_, work) => {
    await monitor.watch('history', work);
    expect(log).toHaveBeenCalledWith('"history" failed: the database is away', expect.any(String));
    expect(monitor.status()).toMatchObject({
      failed: 1,
      failures: [{ task: 'history', at, message: 'the database is away' }],
    });
  });

  it('does not take an end that was asked for as a failure, but any other error at that time', async () => {
    const abort = new AbortController();
    abort.abort(new Error('the term has ended'));
    await monitor.watch('one', () => abort.signal.throwIfAborted(), abort.signal);
    expect(log).not.toHaveBeenCalled();
    await monitor.watch('two', () => Promise.reject('surprise'), abort.signal);
    expect(monitor.status()).toMatchObject({ aborted: 1, failed: 1, failures: [{ message: 'surprise' }] });
  });

  it('keeps the last ten failures, of stated length', async () => {
    for (let i = 0; i < 12; i++) await monitor.watch(`task ${i}`, () => Promise.reject('x'.repeat(1_000)));
    const { failed, failures } = monitor.status();
    expect(failed).toBe(12);
    expect(failures.map(({ task }) => task)).toEqual(Array.from({ length: 10 }, (_, i) => `task ${11 - i}`));
    expect(failures[0]?.message).toHaveLength(300);
  });
});
