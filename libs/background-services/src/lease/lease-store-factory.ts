import type { Clock, Random } from './clock.js';
import type { LeaseStore } from './lease-store.js';
import type { StoreWarning } from './store-warning.js';

/** Where a store tells what happens to it, one line a call. */
export interface StoreLogger {
  debug(line: string): void;
  log(line: string): void;
  warn(line: string): void;
}

/** What a store has to know of the app that it is made for. */
export interface LeaseStoreContext {
  /** Of the leases, ms. One command may take a small part of it, so that several tries fit in before the renew deadline. */
  readonly ttl: number;
  readonly clock: Clock;
  readonly random: Random;
  /** `false`: nobody calls `watch()`, so a connection that only hears of releases is not needed. So it is in a heartbeat thread. */
  readonly listen: boolean;
  readonly logger: StoreLogger;
  /** Logs a warning with its cure. */
  readonly onWarning: (warning: StoreWarning) => void;
}

/**
 * Makes a store for one app, e.g. `redlockStore([…])`. Whoever calls it owns what it returns: the module closes a store that a factory made,
 * and never one that it was handed.
 */
export interface LeaseStoreFactory {
  (context: LeaseStoreContext): LeaseStore | Promise<LeaseStore>;
  /** How a heartbeat thread makes a store on the same leases. Without it, `heartbeat: 'thread'` is refused at boot. */
  readonly thread?: ThreadStore | undefined;
}

/** What a heartbeat thread is told of a store. */
export interface ThreadStore {
  /** File URL of a module that has a {@link ThreadStoreModule.openStore}. */
  readonly module: string;
  /** What it is called with; `structuredClone()` must be able to copy it. */
  readonly settings: unknown;
}

/** What the module that {@link ThreadStore} names must export. */
export interface ThreadStoreModule {
  readonly openStore: (settings: unknown, context: LeaseStoreContext) => LeaseStore | Promise<LeaseStore>;
}

/** Every method of the port, to tell a store from something else. */
export const LEASE_STORE_METHODS = [
  'acquire',
  'renew',
  'release',
  'record',
  'inspect',
  'watch',
  'close',
] as const satisfies readonly (keyof LeaseStore)[];
