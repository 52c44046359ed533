import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TEST_KEY, TestReplica, testWorker } from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TestLeaseStore } from '../../testing/test-lease-store.js';
import type { Iteration } from '../iteration.js';
import type { WorkerOptions } from '../worker-definition.js';

const SECOND = 1_000;
const PERIOD = 5 * SECOND;
/** More of everything can be asked for when a change wants a longer look. */
const { SEEDS = '3', FIRST_SEED = '1', MISHAPS = '60' } = process.env;

/** A fleet of three replicas with one cron worker, to which everything happens that can. */
class Fleet {
  /** The slots of all iterations, in the order of their start. */
  readonly starts: number[] = [];
  readonly clock = new TestClock();
  readonly #store = new TestLeaseStore(this.clock);
  readonly #below: (bound: number) => number;
  readonly #replicas: TestReplica[] = [];
  #booted = 0;

  constructor(
    seed: number,
    private readonly options: WorkerOptions,
  ) {
    this.#below = randomOf(seed);
    for (let i = 0; i < 3; i++) this.#boot(i);
    this.#deliverLate();
  }

  /** Lets time pass, with a mishap every now and then. @returns the wall time of the end */
  async endure(mishaps: number): Promise<number> {
    for (let i = 0; i < mishaps; i++) {
      await this.clock.advance(this.#below(4 * SECOND));
      this.#mishap();
    }
    return this.clock.wall();
  }

  /** Lets time pass in which nothing happens, so that everything can be caught up with. */
  async recover(): Promise<void> {
    await this.clock.advance(120 * SECOND);
  }

  /** Late is late, not never: every adapter has a time limit. */
  #deliverLate(): void {
    this.#replicas.forEach(({ connection }) => connection.deliver());
    this.clock.setTimeout(() => this.#deliverLate(), 3 * SECOND);
  }

  #boot(place: number): void {
    // Machines' clocks are a little apart.
    const skew = this.#below(800) - 400;
    const work = async ({ scheduledAt }: Iteration) => {
      this.starts.push(scheduledAt.getTime());
      const duration = this.#below(8) === 0 ? 12 * SECOND : this.#below(500);
      await new Promise<void>((resolve) => void this.clock.setTimeout(resolve, duration));
    };
    const schedule = { kind: 'cron', pattern: '*/5 * * * * *', timeZone: 'UTC' } as const;
    const workers = [testWorker(schedule, work, this.options)];
    const { clock } = this;
    this.#replicas[place] = new TestReplica(`replica-${this.#booted++}`, {
      clock,
      store: this.#store,
      workers,
      skew,
    }).start();
  }

  #mishap(): void {
    const place = this.#below(this.#replicas.length);
    const replica = this.#replicas[place];
    if (!replica) return;
    switch (this.#below(14)) {
      case 0:
        replica.kill();
        return this.#boot(place);
      case 1:
        void replica.stop();
        return this.#boot(place);
      case 2:
        return void replica.elector.stepDown();
      case 3:
        return replica.connection.disturb('lost-command');
      case 4:
        return replica.connection.disturb('lost-reply', 'lost-reply', 'lost-command');
      case 5:
        return replica.connection.disturb('late-reply');
      case 6:
        return replica.connection.deliver();
      case 7:
        return this.#store.delete(TEST_KEY);
      case 8:
        return this.#store.set(TEST_KEY, 'thief', 3 * SECOND);
      case 9:
        return this.clock.stall(this.#below(25 * SECOND));
      case 10:
        return replica.clock.step((this.#below(3) - 1) * 8 * SECOND);
      case 11:
        return this.#store.failNext(1 + this.#below(3));
      case 12:
        replica.worker().stop();
        return replica.worker().start();
    }
  }
}

describe('A fleet with a cron worker, whatever happens to it,', () => {
  const seeds = Array.from({ length: Number(SEEDS) }, (_, i) => i + Number(FIRST_SEED));

  beforeEach(() => {
    Logger.overrideLogger(false);
  });

  it.each(seeds)('runs no slot twice (seed %d)', async (seed) => {
    const fleet = new Fleet(seed, {});
    await fleet.endure(Number(MISHAPS));
    await fleet.recover();
    const slots = fleet.starts;
    expect(slots.length).toBeGreaterThan(10);
    expect(slots.filter((slot, i) => slots.indexOf(slot) !== i)).toEqual([]);
  });

  it.each(seeds)(
    "loses no slot with misfire: 'fire-all' and onInterrupted: 'rerun' (seed %d)",
    async (seed) => {
      const fleet = new Fleet(seed, { misfire: 'fire-all', onInterrupted: 'rerun' });
      const end = await fleet.endure(Number(MISHAPS));
      await fleet.recover();
      const slots = new Set(fleet.starts);
      const missing: string[] = [];
      for (let slot = Math.min(...slots); slot <= end; slot += PERIOD)
        if (!slots.has(slot)) missing.push(new Date(slot).toISOString());
      expect(missing).toEqual([]);
    },
  );
});

/** Whole numbers below a bound; the same ones for the same seed. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed * 7_919;
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % bound;
  };
}
