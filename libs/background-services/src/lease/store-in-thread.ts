import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describeError, show, StoreError } from '../errors/index.js';
import { CheckedLeaseStore } from './checked/checked-lease-store.js';
import { systemClock } from './clock.js';
import type { LeaseStore } from './lease-store.js';
import {
  LEASE_STORE_METHODS,
  type LeaseStoreContext,
  type ThreadStore,
  type ThreadStoreModule,
} from './lease-store-factory.js';
import { fromPortable, type PortableTarget, redisStore } from './redis/index.js';

/** Where a heartbeat thread finds the leases, as plain data that it can be sent. */
export type StoreInThread =
  | { readonly kind: 'redis'; readonly target: PortableTarget; readonly waitReplicas: number }
  | ({ readonly kind: 'module' } & ThreadStore);

/**
 * Loads what opens a store on the same leases in the heartbeat thread. It listens to nothing and says nothing: the store of the event loop does.
 * @param ttl of the leases, ms
 * @returns opens it; rejects with StoreError if it opens something else
 * @throws StoreError if its module cannot be loaded, or has no `openStore()`
 */
export function loadStoreInThread(store: StoreInThread, ttl: number): () => Promise<LeaseStore> {
  const nothing = () => undefined;
  const context: LeaseStoreContext = {
    ...{ ttl, clock: systemClock, random: Math.random, listen: false, onWarning: nothing },
    logger: { debug: nothing, log: nothing, warn: nothing },
  };
  if (store.kind === 'redis') {
    const { target, waitReplicas } = store;
    return () => Promise.resolve(redisStore(fromPortable(target), { waitReplicas })(context));
  }
  const openStore = loadModule(store.module);
  return async () => {
    const opened: unknown = await openStore(store.settings, context);
    if (!hasMethods(opened)) {
      const expected = `an object with the methods ${LEASE_STORE_METHODS.join(', ')}`;
      throw new StoreError(
        `${store.module}: expected openStore() to return ${expected}, received ${show(opened)}`,
      );
    }
    return new CheckedLeaseStore(opened);
  };
}

function loadModule(url: string): ThreadStoreModule['openStore'] {
  let openStore: unknown;
  try {
    // Not `import()`: the CommonJS build has none, and `require()` takes modules of both kinds. In a bundle there is no URL but the store's own.
    ({ openStore } = createRequire(url)(fileURLToPath(url)) as Partial<ThreadStoreModule>);
  } catch (cause) {
    throw new StoreError(
      `The module of the store, ${url}, cannot be loaded: ${describeError(cause).message}`,
      {
        cause,
      },
    );
  }
  if (typeof openStore === 'function') return openStore as ThreadStoreModule['openStore'];
  throw new StoreError(`${url}: expected it to export the function openStore(), received ${show(openStore)}`);
}

function hasMethods(value: unknown): value is LeaseStore {
  const has = (name: string) => typeof (value as Partial<Record<string, unknown>>)[name] === 'function';
  return typeof value === 'object' && value !== null && LEASE_STORE_METHODS.every(has);
}
