import { describe, expect, it } from '@jest/globals';
import { History } from '../engine/history.js';
import { Scheduler } from '../engine/scheduler.js';
import type { MachinePlan } from '../plan/plan.js';
import { Machine } from './machine.js';

const PLAN: MachinePlan = { drift: 0, offset: 0, nature: 'suspends', bootAt: 0, version: 0, capacity: 1 };

function machineWith(plan: Partial<MachinePlan> = {}) {
  const scheduler = new Scheduler();
  const history = new History(() => scheduler.now, 'silent');
  const machine = new Machine(0, { ...PLAN, ...plan }, scheduler, history, () => 0);
  const fired: number[] = [];
  const timer = (delay: number) => machine.setTimer(() => fired.push(scheduler.now), delay);
  const run = () =>
    scheduler.run(
      () => undefined,
      (error) => {
        throw error;
      },
    );
  return { scheduler, machine, fired, timer, run };
}

describe('Machine', () => {
  it('has clocks and timers that run at a rate of their own', async () => {
    const { scheduler, machine, fired, timer, run } = machineWith({ drift: 250, offset: 40 });
    const before = machine.instant();
    timer(1_000);
    scheduler.at(800, () => {
      expect(machine.monotonic() - before.monotonic).toBeCloseTo(1_000);
      expect(machine.wall() - before.wall).toBe(1_000);
    });
    await run();
    expect(fired).toEqual([800]);
  });

  it('fires what became due during a pause at its end, all at once', async () => {
    const { scheduler, machine, fired, timer, run } = machineWith();
    for (const delay of [100, 200, 900]) timer(delay);
    scheduler.at(50, () => machine.halt('pause', 500));
    await run();
    expect(fired).toEqual([550, 550, 900]);
  });

  it('adds to its timers the time for which it was suspended, in which only the wall clock goes on', async () => {
    const { scheduler, machine, fired, timer, run } = machineWith();
    const before = machine.instant();
    timer(100);
    scheduler.at(50, () => machine.halt('suspend', 500));
    await run();
    expect(fired).toEqual([600]);
    expect(machine.monotonic() - before.monotonic).toBe(100);
    expect(machine.wall() - before.wall).toBe(600);
  });

  it('takes nothing from the network while it stands still', async () => {
    const { scheduler, machine, run } = machineWith();
    const received: number[] = [];
    machine.halt('pause', 300);
    scheduler.at(100, () => machine.receive(() => received.push(scheduler.now)));
    scheduler.at(400, () => machine.receive(() => received.push(scheduler.now)));
    await run();
    expect(received).toEqual([300, 400]);
  });

  it('cuts delays to whole milliseconds, as timers of Node do, so that they fire a moment early', async () => {
    const { fired, timer, run } = machineWith();
    timer(10.9);
    timer(-5);
    await run();
    expect(fired).toEqual([1, 10]);
  });

  it('does not fire a timer that was cancelled while it stood still', async () => {
    const { scheduler, machine, fired, timer, run } = machineWith();
    const pending = timer(100);
    machine.halt('pause', 300);
    scheduler.at(300, () => pending.cancel());
    await run();
    expect(fired).toEqual([]);
  });
});
