import type {
  AcquireReply,
  HeldLease,
  Ledger,
  LeaseStore,
  LeaseView,
  RenewReply,
} from 'nestjs-background-services';
import * as leases from '../../support/leases.js';
import { until } from '../../support/until.js';

/** A store with what an operator can do to it from outside. */
export interface StoreUnderTest {
  /** As one replica sees it. */
  readonly store: LeaseStore;
  /** As another one does. */
  readonly other: LeaseStore;
  /** `SET key holder`, with `PX ttl` if given. */
  set(key: string, holder: string, ttl?: number): Promise<void>;
  /** `DEL key`. */
  delete(key: string): Promise<void>;
  /** `FLUSHALL`: leases, tokens and ledgers are gone. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** A TTL that can be told from the long one, though no test outlives it either, ms. */
export const MIDDLE = 20_000;

/** A TTL to wait for, ms. */
export const SHORT = 150;

type Options = NonNullable<Parameters<typeof leases.acquire>[3]> & {
  /** @default the first replica's */
  readonly store?: LeaseStore;
};

/** The store that the contract is checked on, and its commands for a single lease. */
export class Context implements StoreUnderTest {
  #opened: StoreUnderTest | undefined;
  #keys = 0;

  constructor(private readonly open: () => Promise<StoreUnderTest>) {}

  async start(): Promise<void> {
    this.#opened = await this.open();
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
  readonly close = () => this.#outside.close();

  /** A key that no test has used. */
  readonly newKey = (): string => `contract:${(this.#keys += 1)}`;

  readonly acquire = (key: string, holder: string, options: Options = {}): Promise<AcquireReply> =>
    leases.acquire(options.store ?? this.store, key, holder, options);

  readonly lead = (key: string, holder: string, options: Options = {}): Promise<HeldLease> =>
    leases.lead(options.store ?? this.store, key, holder, options);

  readonly renew = (lease: HeldLease, options?: Parameters<typeof leases.renew>[2]): Promise<RenewReply> =>
    leases.renew(this.store, lease, options);

  /** What the next holder finds in the ledger. */
  readonly ledgerOf = async (key: string, holder: string): Promise<Ledger | AcquireReply> => {
    const reply = await this.acquire(key, holder);
    return reply.outcome === 'acquired' ? reply.ledger : reply;
  };

  readonly look = async (key: string): Promise<LeaseView> => (await this.store.inspect([key]))[0]!;

  /** Waits until nobody holds the lease. */
  readonly expired = (key: string): Promise<LeaseView> =>
    until(() => this.look(key), { what: 'the expiry', satisfies: ({ holder }) => holder === null, every: 5 });

  get #outside(): StoreUnderTest {
    if (!this.#opened) throw new Error('The store is opened before the first test');
    return this.#opened;
  }
}
