import type {
  AcquireReply,
  HeldLease,
  Heir,
  Ledger,
  LeaseStore,
  LeaseView,
  RenewReply,
} from '../../lease/index.js';
import { answers, until } from './checks.js';

/** A store with what an operator can do to it from outside. */
export interface StoreUnderTest {
  /** As one replica sees it. */
  readonly store: LeaseStore;
  /** As another replica sees it: with connections of its own, if the store has connections. */
  readonly other: LeaseStore;
  /** Writes a holder over a lease, whoever has it: for `ttl` ms, or for ever. A store that has `shards` is asked for shards, too. */
  set(key: string, holder: string, ttl?: number): Promise<void>;
  /** Removes a lease as its expiry would: its token and its ledger stay. */
  delete(key: string): Promise<void>;
  /** The store loses everything: leases, tokens and ledgers. */
  wipe(): Promise<void>;
  /** Ends both stores, and whatever was started for them. */
  close(): Promise<void>;
}

/** A TTL that no case outlives, ms. */
export const LONG = 60_000;
/** One that can be told from it, though no case outlives it either, ms. */
export const MIDDLE = 20_000;
/** One that can be waited for, ms. */
export const SHORT = 150;

interface Attempt {
  /** @default {@link LONG} */
  readonly ttl?: number;
  /** @default 0 */
  readonly tokenFloor?: number;
  /** @default the first replica's */
  readonly store?: LeaseStore;
}

/** The cases of one part of the contract, by what they show. */
export type Cases = Readonly<Record<string, () => Promise<void>>>;

/** The store that the contract is checked on, opened by the first case, and its commands for a single lease. */
export class Context implements StoreUnderTest {
  /** A store may outlive a run of the contract: each run has keys of its own. */
  readonly #run = Math.random().toString(36).slice(2, 10);
  #opening: Promise<StoreUnderTest> | undefined;
  #opened: StoreUnderTest | undefined;
  #keys = 0;

  constructor(
    private readonly open: () => StoreUnderTest | Promise<StoreUnderTest>,
    private readonly nameKey: (key: string) => string = (key) => key,
  ) {}

  /** The same store, asked for other keys. */
  withKeys(nameKey: (key: string) => string): Context {
    return new Context(() => this, nameKey);
  }

  async start(): Promise<void> {
    this.#opening ??= Promise.resolve(this.open());
    this.#opened = await this.#opening;
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  get store(): LeaseStore {
    return this.#outside.store;
  }

  get other(): LeaseStore {
    return this.#outside.other;
  }

  readonly set = (key: string, holder: string, ttl?: number) => this.#outside.set(key, holder, ttl);
  readonly delete = (key: string) => this.#outside.delete(key);
  readonly wipe = () => this.#outside.wipe();

  /** A key that no case has used. */
  readonly newKey = (): string => this.nameKey(`contract:${this.#run}:${(this.#keys += 1)}`);

  readonly acquire = async (
    key: string,
    holder: string,
    { ttl = LONG, tokenFloor = 0, store = this.store }: Attempt = {},
  ): Promise<AcquireReply> => {
    const [reply] = await store.acquire([{ key, holder, ttl, tokenFloor }]);
    return reply!;
  };

  /** Gets a lease, which must be free, and returns it as requests name it. */
  readonly lead = async (key: string, holder: string, attempt?: Attempt): Promise<HeldLease> => {
    const reply = await this.acquire(key, holder, attempt);
    if (reply.outcome !== 'acquired')
      throw new Error(`"${holder}" did not get "${key}": ${reply.outcome}`, {
        cause: reply.outcome === 'unknown' ? reply.error : reply,
      });
    return { key, holder, token: reply.token };
  };

  readonly renew = async (
    lease: HeldLease,
    { ttl = LONG, ledger = {} }: { readonly ttl?: number; readonly ledger?: Ledger } = {},
  ): Promise<RenewReply> => {
    const [reply] = await this.store.renew([{ ...lease, ttl, ledger }]);
    return reply!;
  };

  /**
   * Releases a lease to an heir. Resolves with whether the store keeps it for one: it may leave that out, and then there is nothing to check.
   */
  readonly bequeath = async (
    lease: HeldLease,
    heir: Heir,
    ledger: Ledger = {},
  ): Promise<{ readonly isKept: boolean }> => {
    answers(await this.store.release({ ...lease, heir, ledger }), { outcome: 'released' });
    return { isKept: (await this.look(lease.key)).holder !== null };
  };

  /** What the next holder finds in the ledger. */
  readonly ledgerOf = async (key: string, holder: string): Promise<Ledger> => {
    const reply = await this.acquire(key, holder);
    return reply.outcome === 'acquired' ? reply.ledger : { '(not acquired)': reply.outcome };
  };

  readonly look = async (key: string): Promise<LeaseView> => (await this.store.inspect([key]))[0]!;

  /** Waits until nobody holds the lease. */
  readonly expired = (key: string): Promise<LeaseView> =>
    until(() => this.look(key), { what: 'the expiry', satisfies: ({ holder }) => holder === null });

  get #outside(): StoreUnderTest {
    if (!this.#opened) throw new Error('The store is opened before the first case');
    return this.#opened;
  }
}
