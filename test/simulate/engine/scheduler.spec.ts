import { describe, expect, it } from '@jest/globals';
import { Scheduler } from './scheduler.js';

const run = (scheduler: Scheduler, onThrow: (error: unknown) => void = () => undefined) =>
  scheduler.run(() => undefined, onThrow);

describe('Scheduler', () => {
  it('runs events in the order of their time, and those of one moment in that of their making', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    const note = (text: string) => () => void seen.push(`${text} ${scheduler.now}`);
    for (const at of [30, 10, 20, 10, 40]) scheduler.at(at, note(String(at)));
    scheduler.at(15, () => void scheduler.after(10, note('after')));
    await run(scheduler);
    expect(seen).toEqual(['10 10', '10 10', '20 20', 'after 25', '30 30', '40 40']);
  });

  it('lets promises run their course before time goes on', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    scheduler.at(1, () => {
      void (async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        queueMicrotask(() => void seen.push('promises'));
      })();
    });
    scheduler.at(1, () => void seen.push('next event'));
    await run(scheduler);
    expect(seen).toEqual(['promises', 'next event']);
  });

  it('does not run what was cancelled, and nothing after it was stopped', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    const cancelled = scheduler.at(2, () => void seen.push('cancelled'));
    scheduler.at(1, () => cancelled.cancel());
    scheduler.at(3, () => {
      seen.push('last');
      scheduler.stop();
    });
    scheduler.at(4, () => void seen.push('after the end'));
    await run(scheduler);
    expect(seen).toEqual(['last']);
  });

  it('hands on what an event throws, and goes on', async () => {
    const scheduler = new Scheduler();
    const errors: unknown[] = [];
    const seen: number[] = [];
    scheduler.at(1, () => {
      throw new Error('an event throws');
    });
    scheduler.at(2, () => void seen.push(scheduler.now));
    await run(scheduler, (error) => void errors.push(error));
    expect(errors).toEqual([new Error('an event throws')]);
    expect(seen).toEqual([2]);
  });

  it('notices events that call for each other without time passing', async () => {
    const scheduler = new Scheduler();
    const errors: unknown[] = [];
    const again = () => void scheduler.after(0, again);
    again();
    await run(scheduler, (error) => void errors.push(error));
    expect(errors).toHaveLength(1);
  });
});
