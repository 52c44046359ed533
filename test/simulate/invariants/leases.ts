import type {
  AcquireReply,
  AcquireRequest,
  HeldLease,
  RecordReply,
  RenewReply,
} from '../../../libs/background-services/src/lease/index.js';
import { tokenText } from '../engine/history.js';
import type { Verdicts } from './verdicts.js';

interface Lease {
  readonly holder: string;
  readonly token: number;
  readonly expiresAt: number;
}

interface KeyRecord {
  lease: Lease | undefined;
  /** The largest token that was ever granted, whatever the store remembers. */
  newest: number;
  /** Grants in the order in which they were made. */
  grants: number;
  /** Grants up to this one were taken away by an operator. */
  robbed: number;
  /** Whether the store forgot writes, so that its clock alone makes the next token larger. */
  isForgetful: boolean;
  /** Whether a token was repeated because the clock had been set back behind what was forgotten: the documented hole. */
  isFloorBroken: boolean;
}

/**
 * What the store may say, by an account of its own of who holds which lease. It looks at commands when they run, so that a late or doubled
 * one is judged by the moment at which it does.
 */
export class LeaseWitness {
  readonly #keys = new Map<string, KeyRecord>();
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
    const current = this.#live(record);
    if (current && current.holder !== holder)
      this.verdicts.violated('I2', `${holder} was granted ${key}, which ${current.holder} holds`);
    if (token <= record.newest) {
      if (record.isForgetful && this.wall() <= record.newest) record.isFloorBroken = true;
      else
        this.verdicts.violated(
          'I3',
          `token ${tokenText(token)} of ${key} came after ${tokenText(record.newest)}`,
        );
    }
    record.newest = Math.max(record.newest, token);
    record.lease = { holder, token, expiresAt: this.wall() + ttl };
    this.#grants.set(`${key} ${holder} ${token}`, ++record.grants);
  }

  renewed(request: HeldLease & { readonly ttl: number }, { outcome }: RenewReply): void {
    if (outcome !== 'renewed') return;
    const lease = this.#own(request, 'renewed');
    if (lease) this.#record(request.key).lease = { ...lease, expiresAt: this.wall() + request.ttl };
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

  /** The how-manieth grant of its key this was; 0 if there was none such. */
  grantOf(key: string, holder: string, token: number): number {
    return this.#grants.get(`${key} ${holder} ${token}`) ?? 0;
  }

  /** An operator put somebody else on the key, or nobody. */
  operated(key: string, lease: Lease | undefined): void {
    const record = this.#record(key);
    record.lease = lease;
    record.robbed = record.grants;
  }

  isRobbed(key: string, grant: number): boolean {
    return grant <= this.#record(key).robbed;
  }

  /** The store forgot its newest writes; what it still knows is found out from its next replies. */
  forgot(): void {
    for (const record of this.#keys.values()) {
      record.lease = undefined;
      record.isForgetful = true;
    }
  }

  isForgetful(key: string): boolean {
    return this.#record(key).isForgetful;
  }

  isFloorBroken(key: string): boolean {
    return this.#record(key).isFloorBroken;
  }

  #own({ key, holder, token }: HeldLease, did: string): Lease | undefined {
    const record = this.#record(key);
    const lease = this.#live(record);
    if (lease?.holder === holder && lease.token === token) return lease;
    // A store that forgot may well know an older lease again.
    if (record.isForgetful && !lease) return { holder, token, expiresAt: 0 };
    const whose = lease ? `${lease.holder}'s under ${tokenText(lease.token)}` : "nobody's";
    this.verdicts.violated('I9', `${holder} ${did} ${key} under ${tokenText(token)}, which was ${whose}`);
    return undefined;
  }

  #live(record: KeyRecord): Lease | undefined {
    return record.lease && record.lease.expiresAt > this.wall() ? record.lease : undefined;
  }

  #record(key: string): KeyRecord {
    let record = this.#keys.get(key);
    if (!record) {
      record = {
        lease: undefined,
        newest: 0,
        grants: 0,
        robbed: 0,
        isForgetful: false,
        isFloorBroken: false,
      };
      this.#keys.set(key, record);
    }
    return record;
  }
}
