import { MemoryMembers } from '../../../libs/background-services/src/lease/board/memory-members.js';
import {
  type BoardMembers,
  type Clock,
  MemoryLeaseStore,
  type ReleaseListener,
} from '../../../libs/background-services/src/lease/index.js';
import { EPOCH, type History } from '../engine/history.js';
import type { Scheduler } from '../engine/scheduler.js';

/** Slots that are settled further ahead of the store's time are not believed, ms. */
export const BELIEVED_AHEAD = 60_000;

interface Write {
  readonly wall: number;
  readonly apply: (store: MemoryLeaseStore) => unknown;
}

/**
 * The machine that the leases live on. Its rules are those of `MemoryLeaseStore`, which keeps the same contract as the Redis scripts; unlike
 * that one, it expires leases by its wall clock, as Redis does, and can forget what it said last.
 */
export class StoreServer {
  readonly #clock: ServerClock;
  readonly #written: Write[] = [];
  #store: MemoryLeaseStore;
  #members: BoardMembers;
  #highestWall = 0;
  #isDoubtful = false;
  #down: { readonly how: 'refuse' | 'freeze'; readonly until: number } | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly history: History,
    drift: number,
    private readonly onReleased: ReleaseListener,
    private readonly onAnnounced: () => void,
  ) {
    this.#clock = new ServerClock(scheduler, drift);
    this.#store = this.#open();
    this.#members = this.#openMembers();
  }

  /** Who is there. It is no lease, and what is lost of it is not told again. */
  get members(): BoardMembers {
    return this.#members;
  }

  /** Whole milliseconds since the epoch. */
  wall(): number {
    return this.#clock.wall();
  }

  get down(): { readonly how: 'refuse' | 'freeze'; readonly until: number } | undefined {
    return this.#down && this.scheduler.now < this.#down.until ? this.#down : undefined;
  }

  execute<Reply>(command: (store: MemoryLeaseStore) => Promise<Reply>): Promise<Reply> {
    this.#written.push({ wall: this.wall(), apply: command });
    return command(this.#store);
  }

  /** An operator's `DEL key`, or `SET key DISABLED PX ttl`. */
  operate(operation: (store: MemoryLeaseStore) => void): void {
    this.#written.push({ wall: this.wall(), apply: operation });
    operation(this.#store);
  }

  goesDown(how: 'refuse' | 'freeze', until: number): void {
    this.history.note('store', () => `${how}s until ${until.toFixed(1)}`);
    this.#down = { how, until: Math.max(until, this.#down?.until ?? 0) };
  }

  comesUp(): void {
    this.#down = undefined;
  }

  setClock(by: number): void {
    this.history.note('store', () => `clock set by ${by} ms`);
    this.#highestWall = Math.max(this.#highestWall, this.wall());
    this.#clock.step(by);
    if (this.behind > BELIEVED_AHEAD - 5_000) this.#isDoubtful = true;
  }

  /** How far its clock is behind the latest time that it ever showed, ms: cron slots are settled up to there. */
  get behind(): number {
    return Math.max(0, this.#highestWall - this.wall());
  }

  /** Whether its clock was set back so far that nobody believes what had been settled by it: slots may run again. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** Forgets the newest writes, or all of them: what a failover to a replica that lagged, or an empty restart, leaves behind. */
  loses(writes: number): void {
    this.#written.splice(Math.max(0, this.#written.length - writes));
    this.#store = this.#open();
    this.#members = this.#openMembers();
    for (const { wall, apply } of this.#written) this.#clock.during(wall, () => void apply(this.#store));
  }

  get size(): number {
    return this.#written.length;
  }

  #openMembers(): BoardMembers {
    const members = new MemoryMembers(this.#clock);
    members.watch(this.onAnnounced);
    return members;
  }

  #open(): MemoryLeaseStore {
    const store = new MemoryLeaseStore(this.#clock);
    store.watch((release) => {
      if (!this.#clock.isReplaying) this.onReleased(release);
    });
    return store;
  }
}

/** Expiry and tokens both follow the wall clock of the server. */
class ServerClock implements Clock {
  readonly #rate: number;
  #offset = 0;
  #replayed: number | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    drift: number,
  ) {
    this.#rate = 1 + drift / 1_000;
  }

  get isReplaying(): boolean {
    return this.#replayed !== undefined;
  }

  wall(): number {
    return this.#replayed ?? EPOCH + Math.floor(this.scheduler.now * this.#rate + this.#offset);
  }

  monotonic(): number {
    return this.wall();
  }

  setTimeout(): never {
    throw new Error('A lease store sets no timers');
  }

  step(by: number): void {
    this.#offset += by;
  }

  during(wall: number, action: () => void): void {
    this.#replayed = wall;
    action();
    this.#replayed = undefined;
  }
}
