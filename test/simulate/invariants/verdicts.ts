import type { Scheduler } from '../engine/scheduler.js';

export const INVARIANTS = {
  I1: 'no iteration starts at or after the deadline of its term',
  I2: 'at most one live term a key, and its lease is held, while assumptions hold',
  I3: 'tokens strictly increase, and a term keeps the one it began with',
  I4: 'a term is aborted within 50 ms of its deadline on an unblocked loop',
  I5: 'gate, abort, drain, release; no release of what is not drained',
  I6: 'each term is begun once and revoked once, and listeners hear of both',
  I7: 'no error kills a loop: after the faults somebody leads and the workers run',
  I8: "the result of the user's work is not masked",
  I9: 'no late command and no late reply revives a term or a lease',
  I10: 'a cron slot runs at most once under onInterrupted "skip", and at least once under "rerun"',
  I11: "a cron slot does not start before its time by the store's clock",
  I12: 'an id is in one live term at a time, whatever the numbers of shards, while assumptions hold',
  P1: 'each replica leads its share by capacity, ±1, within 10 s after a change, and a cordoned one nothing',
  P2: 'no more than 1.2 times the least possible moves for a change',
  P3: 'nothing moves twice for one change',
  P4: 'no key is without a leader for longer than without placement',
  fence: 'a fenced resource accepts no stale write',
  overlap: 'iterations of one worker do not overlap on one replica',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  readonly at: number;
}

/** The first violation ends a history: what comes after it follows from it. */
export class Verdicts {
  #violation: Violation | undefined;

  constructor(private readonly scheduler: Scheduler) {}

  get violation(): Violation | undefined {
    return this.#violation;
  }

  violated(invariant: Invariant, what: string): void {
    this.#violation ??= { invariant, what, at: this.scheduler.now };
    this.scheduler.stop();
  }
}
