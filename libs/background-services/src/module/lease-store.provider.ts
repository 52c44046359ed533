import type { FactoryProvider } from '@nestjs/common';
import { describeError, InvalidOptionsError, StoreError } from '../errors/index.js';
import { within } from '../kit/index.js';
import {
  type Clock,
  LEASE_STORE_METHODS,
  type LeaseStore,
  type LeaseStoreContext,
  type LeaseStoreFactory,
  MemoryLeaseStore,
  redisStore,
} from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { troubleLine } from '../redis/index.js';

/** A factory may connect first. The log tells of one that takes longer, ms. */
const FACTORY_PATIENCE = 10_000;
/** How long a store that is refused may take to close, ms. */
const CLOSE_PATIENCE = 5_000;

/** The store that the leases of this app live in. */
export const LEASE_STORE = Symbol('nestjs-background-services:lease-store');

export const leaseStoreProvider: FactoryProvider<LeaseStore> = {
  provide: LEASE_STORE,
  inject: [RESOLVED_OPTIONS],
  useFactory: (options: ResolvedOptions) => {
    const { redis, waitReplicas, store } = options;
    const logger = openLog(options);
    if (typeof store === 'function') return openMade(store, options, logger);
    if (store) return store;
    if (redis !== undefined) return redisStore(redis, { waitReplicas })(contextOf(options, logger));
    sayInMemory(options, logger);
    return new MemoryLeaseStore(options.clock);
  },
};

/** What the module makes, or has made for it, it closes. A store that it was handed is the app's to close. */
export function ownsStore({ store }: ResolvedOptions): boolean {
  return store === undefined || typeof store === 'function';
}

function contextOf({ lease, clock, random }: ResolvedOptions, logger: LineLogger): LeaseStoreContext {
  return {
    ttl: lease.ttl,
    clock,
    random,
    listen: true,
    logger: {
      debug: (line) => logger.debug(line),
      log: (line) => logger.log(line),
      warn: (line) => logger.warn(line),
    },
    onWarning: (warning) => logger.warn(troubleLine(warning)),
  };
}

/**
 * @throws InvalidOptionsError if the factory made something else than it should have
 * @throws StoreError if it failed
 */
async function openMade(
  make: LeaseStoreFactory,
  options: ResolvedOptions,
  logger: LineLogger,
): Promise<LeaseStore> {
  const store = await made(make, options, logger);
  const problem = problemOf(store, options);
  if (problem === undefined) return store as LeaseStore;
  await closeRefused(store, options.clock);
  throw new InvalidOptionsError([{ field: 'store', ...problem }]);
}

async function made(make: LeaseStoreFactory, options: ResolvedOptions, logger: LineLogger): Promise<unknown> {
  const late = () =>
    logger.warn(
      `The factory in "store" has not made a store for ${FACTORY_PATIENCE / 1_000} s: the app goes on booting once it has`,
    );
  const timer = options.clock.setTimeout(late, FACTORY_PATIENCE);
  try {
    return await make(contextOf(options, logger));
  } catch (cause) {
    if (cause instanceof InvalidOptionsError) throw cause;
    throw new StoreError(`The factory in "store" made no store: ${describeError(cause).message}`, { cause });
  } finally {
    timer.cancel();
  }
}

function problemOf(store: unknown, { requireSharedStore }: ResolvedOptions) {
  try {
    if (!isStore(store)) {
      const expected = `the factory to return an object with the methods ${LEASE_STORE_METHODS.join(', ')}`;
      return { expected, received: store };
    }
    if (store.shared || !requireSharedStore) return undefined;
    const expected = 'a store that all replicas share, because requireSharedStore is true';
    return { expected, received: store.name };
  } catch {
    return { expected: 'the factory to return a store that can be read', received: store };
  }
}

/** It may have connections already, which would keep the process alive. What is wrong with it is said whether it can be closed or not. */
async function closeRefused(store: unknown, clock: Clock): Promise<void> {
  try {
    const closing = (store as LeaseStore).close();
    await within(clock, CLOSE_PATIENCE, Promise.resolve(closing));
  } catch {
    // It has no way to be closed, or fails at it.
  }
}

function isStore(value: unknown): value is LeaseStore {
  const has = (name: string) => typeof (value as Partial<Record<string, unknown>>)[name] === 'function';
  return typeof value === 'object' && value !== null && LEASE_STORE_METHODS.every(has);
}

/** In production it is rarely meant, and every replica would run everything. */
function sayInMemory({ enabled }: ResolvedOptions, logger: LineLogger): void {
  const what =
    'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.';
  if (process.env['NODE_ENV'] !== 'production' || !enabled) return logger.log(what);
  logger.warn(
    `${what} With several, every job runs on each of them: set "redis". With requireSharedStore: true, this is an error at boot`,
  );
}
