import type { Instant } from '../../lease/index.js';
import type { KeptLease } from './lease-keeper.js';

const MONOTONIC = 0;
const WALL = 1;
const STATE = 2;
const FIELDS = 3;

const KEPT = 0n;
const LOST = 1n;
const DROPPED = 2n;

/**
 * What two threads know of one lease, in memory that they share: either sees what the other wrote, even while the other is blocked.
 *
 * An instant is two numbers, in whole microseconds, and is not written in one step. A reader between the steps, or after two writers who
 * crossed, finds one number of an older instant: then the lease counts as older than it is, never as younger.
 */
export class SharedLease implements KeptLease {
  readonly #fields: BigInt64Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#fields = new BigInt64Array(memory);
  }

  /** A lease that is kept from now on, whose last confirmed command was sent then. */
  static since(sentAt: Instant): SharedLease {
    const lease = new SharedLease(new SharedArrayBuffer(FIELDS * BigInt64Array.BYTES_PER_ELEMENT));
    lease.#write(sentAt);
    return lease;
  }

  get confirmed(): Instant {
    return { monotonic: this.#read(MONOTONIC), wall: this.#read(WALL) };
  }

  get isLost(): boolean {
    return Atomics.load(this.#fields, STATE) === LOST;
  }

  get isKept(): boolean {
    return Atomics.load(this.#fields, STATE) === KEPT;
  }

  confirm(sentAt: Instant): void {
    if (sentAt.monotonic > this.confirmed.monotonic) this.#write(sentAt);
  }

  lose(): void {
    Atomics.compareExchange(this.#fields, STATE, KEPT, LOST);
  }

  drop(): void {
    Atomics.compareExchange(this.#fields, STATE, KEPT, DROPPED);
  }

  #write({ monotonic, wall }: Instant): void {
    Atomics.store(this.#fields, WALL, toMicroseconds(wall));
    Atomics.store(this.#fields, MONOTONIC, toMicroseconds(monotonic));
  }

  #read(field: number): number {
    return Number(Atomics.load(this.#fields, field)) / 1_000;
  }
}

/** Rounded down: never later than it was. */
function toMicroseconds(ms: number): bigint {
  return BigInt(Math.floor(ms * 1_000));
}
