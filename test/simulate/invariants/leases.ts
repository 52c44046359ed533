import type {
  AcquireReply,
  AcquireRequest,
  HeldLease,
  RecordReply,
  RenewReply,
} from '../../../libs/background-services/src/lease/index.js';
import { tokenText } from '../engine/history.js';
import { wholeOf } from '../world/dealing.js';
import type { Verdicts } from './verdicts.js';

interface Lease {
  readonly holder: string;
  readonly token: number;
  /** Nobody else may have it sooner. */
  readonly expiresAt: number;
}

/** What one holder has of one key that is dealt out: it is renewed as one thing, and ends as one thing. */
interface Session {
  until: number;
}

interface KeyRecord {
  readonly whole: Whole;
  readonly index: number;
  readonly count: number;
  lease: Lease | undefined;
  /** Of a shard: its lease may last as long as this. */
  session: Session | undefined;
  /** The largest token that was ever granted, whatever the store remembers. */
  newest: number;
  /** Grants up to this one were taken away by an operator. */
  robbed: number;
}

/** A key with all the shards that it was ever dealt out into. */
interface Whole {
  readonly records: KeyRecord[];
  readonly sessions: Map<string, Session>;
  /** Grants in the order in which they were made. */
  grants: number;
  /** Grants up to this one were taken away by an operator who put somebody else on the key itself. */
  robbed: number;
  /** Whether the store forgot writes, so that its clock alone makes the next token larger. */
  isForgetful: boolean;
  /** Whether a token was repeated because the clock had been set back behind what was forgotten: the documented hole. */
  isFloorBroken: boolean;
}

/**
 * What the store may say, by an account of its own of who holds which lease. It looks at commands when they run, so that a late or doubled
 * one is judged by the moment at which it does.
 *
 * A shard lasts for as long as it was asked for itself, at least, and for as long as the session of its holder, at most.
 */
export class LeaseWitness {
  readonly #wholes = new Map<string, Whole>();
  readonly #records = new Map<string, KeyRecord>();
  readonly #grants = new Map<string, number>();

  constructor(
    private readonly wall: () => number,
    private readonly verdicts: Verdicts,
  ) {}

  acquired(request: AcquireRequest, reply: AcquireReply): void {
    if (reply.outcome !== 'acquired') return;
    const { key, holder, ttl } = request;
    const { token } = reply;
    const record = this.#record(key);
    const { whole } = record;
    const current = this.#live(record);
    if (current && current.holder !== holder)
      this.verdicts.violated('I2', `${holder} was granted ${key}, which ${current.holder} holds`);
    const others = whole.records.filter(({ count }) => count !== record.count);
    for (const other of others) {
      const kept = this.#live(other);
      // An operator who disables one shard disables no other.
      if (kept && (kept.token > 0 || other.count === 0))
        this.verdicts.violated('I2', `${holder} was granted ${key} while ${kept.holder} holds a part of it`);
      // It is over for good: a store's clock that is set back brings no lease of another count back.
      if (!kept) other.lease = undefined;
    }
    const newest = others.reduce((most, other) => Math.max(most, other.newest), record.newest);
    if (token <= newest) {
      if (whole.isForgetful && this.wall() <= newest) whole.isFloorBroken = true;
      else
        this.verdicts.violated('I3', `token ${tokenText(token)} of ${key} came after ${tokenText(newest)}`);
    }
    record.newest = Math.max(record.newest, token);
    record.lease = { holder, token, expiresAt: this.wall() + ttl };
    record.session = this.#prolong(record, holder, ttl);
    this.#grants.set(`${key} ${holder} ${token}`, ++whole.grants);
  }

  renewed(request: HeldLease & { readonly ttl: number }, { outcome }: RenewReply): void {
    if (outcome !== 'renewed') return;
    const { key, holder, ttl } = request;
    const lease = this.#own(request, 'renewed');
    if (!lease) return;
    const record = this.#record(key);
    record.lease = { ...lease, expiresAt: this.wall() + ttl };
    record.session = this.#prolong(record, holder, ttl);
  }

  released(request: HeldLease, outcome: string): void {
    if (outcome !== 'released') return;
    this.#own(request, 'released');
    this.#record(request.key).lease = undefined;
  }

  recorded(request: HeldLease, { outcome }: RecordReply): void {
    if (outcome === 'recorded' || outcome === 'conflict') this.#own(request, 'wrote to');
  }

  /** Whether this replica's lease is in the store at this very moment. */
  holds(key: string, holder: string): boolean {
    return this.#live(this.#record(key))?.holder === holder;
  }

  /** The how-manieth grant of its key, and of all shards of it, this was; 0 if there was none such. */
  grantOf(key: string, holder: string, token: number): number {
    return this.#grants.get(`${key} ${holder} ${token}`) ?? 0;
  }

  /**
   * An operator put somebody else on the key, or nobody. Whoever is on the key itself keeps everybody out of its shards, and ends all sessions. A shard
   * is kept under its index, whatever the count.
   */
  operated(key: string, lease: Lease | undefined): void {
    const record = this.#record(key);
    const { whole } = record;
    if (record.count === 0) {
      whole.sessions.clear();
      whole.robbed = whole.grants;
    }
    for (const part of whole.records) {
      const isSame = part.index === record.index && part.count > 0 === record.count > 0;
      if (record.count > 0 && !isSame) continue;
      part.lease = isSame ? lease : undefined;
      part.session = undefined;
      part.robbed = whole.grants;
    }
  }

  isRobbed(key: string, grant: number): boolean {
    const { robbed, whole } = this.#record(key);
    return grant <= Math.max(robbed, whole.robbed);
  }

  /** The store forgot its newest writes; what it still knows is found out from its next replies. */
  forgot(): void {
    for (const whole of this.#wholes.values()) {
      whole.isForgetful = true;
      whole.sessions.clear();
      for (const record of whole.records) record.lease = undefined;
    }
  }

  isForgetful(key: string): boolean {
    return this.#record(key).whole.isForgetful;
  }

  isFloorBroken(key: string): boolean {
    return this.#record(key).whole.isFloorBroken;
  }

  #own({ key, holder, token }: HeldLease, did: string): Lease | undefined {
    const record = this.#record(key);
    const lease = this.#possible(record);
    if (lease?.holder === holder && lease.token === token) return lease;
    // A store that forgot may well know an older lease again.
    if (record.whole.isForgetful && !lease) return { holder, token, expiresAt: 0 };
    const whose = lease ? `${lease.holder}'s under ${tokenText(lease.token)}` : "nobody's";
    this.verdicts.violated('I9', `${holder} ${did} ${key} under ${tokenText(token)}, which was ${whose}`);
    return undefined;
  }

  #prolong({ count, whole }: KeyRecord, holder: string, ttl: number): Session | undefined {
    if (count === 0) return undefined;
    const now = this.wall();
    let session = whole.sessions.get(holder);
    if (!session || session.until <= now) whole.sessions.set(holder, (session = { until: now }));
    session.until = Math.max(session.until, now + ttl);
    return session;
  }

  /** A lease that is somebody's. */
  #live({ lease }: KeyRecord): Lease | undefined {
    return lease && lease.expiresAt > this.wall() ? lease : undefined;
  }

  /** A lease that may be somebody's yet: others of its holder were renewed after it. */
  #possible(record: KeyRecord): Lease | undefined {
    const { lease, session } = record;
    return lease && Math.max(lease.expiresAt, session?.until ?? 0) > this.wall() ? lease : undefined;
  }

  #record(key: string): KeyRecord {
    let record = this.#records.get(key);
    if (!record) {
      const { name, index, count } = wholeOf(key);
      const whole = this.#whole(name);
      record = { whole, index, count, lease: undefined, session: undefined, newest: 0, robbed: 0 };
      this.#records.set(key, record);
      whole.records.push(record);
    }
    return record;
  }

  #whole(name: string): Whole {
    let whole = this.#wholes.get(name);
    if (!whole) {
      whole = {
        records: [],
        sessions: new Map(),
        grants: 0,
        robbed: 0,
        isForgetful: false,
        isFloorBroken: false,
      };
      this.#wholes.set(name, whole);
    }
    return whole;
  }
}
