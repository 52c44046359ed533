import { type LoggerService } from '@nestjs/common';
import type { TestClock } from 'nestjs-background-services/testing';
import type { Make } from './hostile.js';
import { type Conduct, conduct, Hanging, misbehaving, type Script } from './misbehaving.js';

export interface Misconduct<Guest extends string> {
  readonly guests: readonly Guest[];
  readonly conducts: readonly Conduct[];
  /** Share of calls that go wrong, 0 to 1. */
  readonly rate: number;
  readonly seed: number;
  readonly nonsense: readonly Make[];
}

/** Guests that go by a plan for as long as they are hostile. */
export class Guests<Guest extends string> {
  readonly hanging = new Hanging();
  readonly random: () => number;

  constructor(
    private readonly plan: Misconduct<Guest>,
    public isHostile: boolean,
  ) {
    let state = plan.seed;
    // Numerical Recipes' generator: any will do.
    this.random = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  }

  script(guest: Guest): Script {
    const { guests, conducts, rate, nonsense } = this.plan;
    const pick = <T>(list: readonly T[]): T => list[Math.floor(this.random() * list.length)]!;
    return {
      next: () =>
        this.isHostile && guests.includes(guest) && this.random() < rate ? pick(conducts) : 'behave',
      nonsense: () => pick(nonsense)(),
    };
  }

  guest<T extends object>(guest: Guest, real: T): T {
    return misbehaving(real, this.script(guest), this.hanging);
  }

  hook(guest: Guest): () => unknown {
    const script = this.script(guest);
    return () => conduct(() => undefined, script, this.hanging);
  }

  /** They behave from now on, and what hung comes to an end. */
  behave(): void {
    this.isHostile = false;
    this.hanging.end();
  }
}

export function silent(): LoggerService {
  const write = () => undefined;
  return { log: write, warn: write, error: write, debug: write };
}

/** Lets time pass until this has settled. Returns how long it took, ms; undefined: longer than the limit. */
export async function settledWithin(
  clock: TestClock,
  limit: number,
  work: Promise<unknown>,
): Promise<number | undefined> {
  const before = clock.monotonic();
  const ended: number[] = [];
  const over = () => void ended.push(clock.monotonic() - before);
  work.then(over, over);
  while (ended.length === 0 && clock.monotonic() - before <= limit) await clock.advance(50);
  return ended[0];
}
