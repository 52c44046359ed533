import type { StoreWithBoard } from './board/board-of.js';
import { DISABLED_HOLDER, type FleetBoard, type LeaseRecord, type LookRequest } from './board/fleet-board.js';
import { MemoryBoard } from './board/memory-board.js';
import { type Clock, systemClock } from './clock.js';
import { heirOf } from './heir.js';
import { type MemoryLease, MemoryShards, placeOf } from './memory-shards.js';
import { parseShardKey, type ShardRef } from './shard-key.js';
import {
  type AcquireReply,
  type AcquireRequest,
  type HeldLease,
  type Heir,
  type Ledger,
  type LeaseView,
  type Lost,
  type RecordReply,
  type RecordRequest,
  type Release,
  type ReleaseListener,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
} from './lease-store.js';

interface Entry {
  lease: MemoryLease | undefined;
  token: number;
  readonly ledger: Map<string, string>;
}

/**
 * Leases in this process's memory: the embedded default, and the store of unit tests. Several app instances in one process that are
 * given the same store play replicas. It keeps the same rules as the Redis adapter and passes the same contract tests.
 */
export class MemoryLeaseStore implements StoreWithBoard {
  readonly name = 'memory';
  readonly shared = false;
  readonly shards = true;
  readonly board: FleetBoard;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<ReleaseListener>();
  readonly #shards = new MemoryShards({
    get: (place) => this.#unexpired(place),
    set: (place, lease) => (this.#entryAt(place).lease = lease),
    now: () => this.clock.monotonic(),
  });

  constructor(private readonly clock: Clock = systemClock) {
    this.board = new MemoryBoard(
      {
        look: (request) => this.#look(request),
        setEntries: (key, entries) => this.#amend(key, entries),
        disable: (key, ttl) => this.set(key, DISABLED_HOLDER, ttl),
        free: (key, holder) => this.#free(key, holder),
      },
      clock,
    );
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const replies = requests.map((request) => this.#acquire(request));
    this.#shards.acquired();
    return Promise.resolve(replies);
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    const endOverdue = this.#shards.renewing(requests);
    const replies = requests.map((request) => this.#renew(request));
    endOverdue();
    return Promise.resolve(replies);
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    const { key, holder } = request;
    const shard = parseShardKey(key);
    const isLast = shard && this.#shards.gone(shard, holder);
    const lost = this.#lost(request);
    if (!lost) {
      const entry = this.#entry(key);
      const heir = heirOf(request);
      save(entry, request.ledger);
      entry.lease = heir && this.#keptFor(heir, shard);
      this.#publish({ key, holder, heir: heir?.holder });
    }
    if (isLast) this.#shards.left(shard, holder).forEach((freed) => this.#publish(freed));
    return Promise.resolve(lost ?? { outcome: 'released' });
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return Promise.resolve(this.#record(request));
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return Promise.resolve(keys.map((key) => this.#inspect(key)));
  }

  watch(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Puts a holder on a key as an operator would with `SET key holder EX …`; no ttl: for ever. */
  set(key: string, holder: string, ttl = Infinity): void {
    this.#entry(key).lease = { holder, expiresAt: this.clock.monotonic() + ttl };
  }

  /** Removes a lease as an operator would with `DEL key`, or as its expiry would: nobody is told. */
  delete(key: string): void {
    const entry = this.#entries.get(placeOf(key));
    if (!entry) return;
    entry.lease = undefined;
    // `HDEL` of a shard takes its token along. The next one rises all the same: it is made from the last one of the key.
    if (parseShardKey(key)) entry.token = 0;
  }

  #inspect(key: string): LeaseView {
    const lease = this.#live(key);
    const token = this.#entries.get(placeOf(key))?.token;
    return {
      key,
      holder: lease?.holder ?? null,
      ttl: lease && Number.isFinite(lease.expiresAt) ? lease.expiresAt - this.clock.monotonic() : null,
      token: token === undefined || token === 0 ? null : token,
    };
  }

  #look({ key, fields }: LookRequest): LeaseRecord {
    const ledger = this.#entries.get(placeOf(key))?.ledger;
    return { ...this.#inspect(key), ledger: ledger ? pick(ledger, fields) : {} };
  }

  #amend(key: string, entries: Readonly<Record<string, string | null>>): void {
    const { ledger } = this.#entry(key);
    for (const [field, value] of Object.entries(entries)) {
      if (value === null) ledger.delete(field);
      else ledger.set(field, value);
    }
  }

  #free(key: string, holder: string): boolean {
    const shard = parseShardKey(key);
    const own = this.#unexpired(placeOf(key));
    if ((shard ? this.#shards.holding(shard, own) : own)?.holder !== holder) return false;
    this.#entry(key).lease = undefined;
    this.#publish({ key, holder });
    return true;
  }

  #acquire({ key, holder, ttl, tokenFloor, fields }: AcquireRequest): AcquireReply {
    const shard = parseShardKey(key);
    const lease = this.#live(key);
    const now = this.clock.monotonic();
    if (lease && (lease.holder !== holder || (shard && this.#shards.keeper(shard)))) {
      if (shard) this.#shards.refused(key, shard, holder);
      return {
        outcome: 'held',
        holder: lease.holder,
        ttl: Number.isFinite(lease.expiresAt) ? Math.ceil(lease.expiresAt - now) : null,
      };
    }
    const entry = this.#entry(key);
    const storeTime = this.clock.wall();
    // Shards have the tokens of their key: they rise whatever becomes of the count.
    const last = shard ? this.#entry(shard.key) : entry;
    last.token = Math.max(last.token + 1, tokenFloor + 1, Math.floor(storeTime));
    entry.token = last.token;
    entry.lease = shard
      ? this.#shards.acquire(shard, holder, ttl, entry.token)
      : { holder, expiresAt: now + ttl };
    const ledger = fields ? pick(entry.ledger, fields) : Object.fromEntries(entry.ledger);
    return { outcome: 'acquired', token: entry.token, ledger, storeTime };
  }

  #renew(request: RenewRequest): RenewReply {
    const { key, holder, ttl } = request;
    const shard = parseShardKey(key);
    const lost = this.#lost(request);
    if (lost && shard) this.#shards.gone(shard, holder);
    if (lost) return lost;
    const entry = this.#entry(key);
    if (shard) this.#shards.renew(shard, holder, ttl);
    else entry.lease = { holder, expiresAt: this.clock.monotonic() + ttl };
    save(entry, request.ledger);
    return { outcome: 'renewed', storeTime: this.clock.wall() };
  }

  #record(request: RecordRequest): RecordReply {
    const lost = this.#lost(request);
    if (lost) return lost;
    const { ledger } = this.#entry(request.key);
    const current = ledger.get(request.field) ?? null;
    const wanted =
      request.expected === undefined || request.expected === current || request.value === current;
    if (!wanted) return { outcome: 'conflict', current };
    ledger.set(request.field, request.value);
    return { outcome: 'recorded' };
  }

  #lost({ key, holder, token }: HeldLease): Lost | undefined {
    const lease = this.#live(key);
    const shard = parseShardKey(key);
    const isKept = shard !== undefined && (this.#shards.keeper(shard) !== undefined || lease?.isForHeir);
    const mine = !isKept && lease?.holder === holder && this.#entries.get(placeOf(key))?.token === token;
    return mine ? undefined : { outcome: 'lost', holder: lease?.holder ?? null };
  }

  #live(key: string): MemoryLease | undefined {
    const shard = parseShardKey(key);
    const own = this.#unexpired(placeOf(key));
    return shard ? this.#shards.effective(shard, own) : own;
  }

  #unexpired(place: string): MemoryLease | undefined {
    const lease = this.#entries.get(place)?.lease;
    return lease && lease.expiresAt > this.clock.monotonic() ? lease : undefined;
  }

  #keptFor(heir: Heir, shard: ShardRef | undefined): MemoryLease {
    const { holder, ttl } = heir;
    return shard ? this.#shards.keep(shard, heir) : { holder, expiresAt: this.clock.monotonic() + ttl };
  }

  #entry(key: string): Entry {
    return this.#entryAt(placeOf(key));
  }

  #entryAt(place: string): Entry {
    let entry = this.#entries.get(place);
    if (!entry) {
      entry = { lease: undefined, token: 0, ledger: new Map() };
      this.#entries.set(place, entry);
    }
    return entry;
  }

  #publish({ key, holder, heir }: Release): void {
    for (const released of [key, ...this.#shards.wake(key)])
      for (const listener of [...this.#listeners]) listener({ key: released, holder, heir });
  }
}

function pick(ledger: ReadonlyMap<string, string>, fields: readonly string[]): Ledger {
  const entries = fields.flatMap((field): [string, string][] => {
    const value = ledger.get(field);
    return value === undefined ? [] : [[field, value]];
  });
  return Object.fromEntries(entries);
}

function save(entry: Entry, changes: Ledger): void {
  for (const [field, value] of Object.entries(changes)) entry.ledger.set(field, value);
}
