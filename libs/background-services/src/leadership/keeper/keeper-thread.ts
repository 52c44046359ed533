import { parentPort, workerData } from 'node:worker_threads';
import { type Clock, loadStoreInThread, systemClock } from '../../lease/index.js';
import { Keeper } from './keeper.js';
import { SharedLease } from './shared-lease.js';
import type { KeeperNews, KeepMessage, KeeperThreadData } from './thread-keeper.js';

/* The heartbeat thread: a keeper with a connection of its own. */

const { store: where, timing, stallLimit, origin, pulse } = workerData as KeeperThreadData;

/** The event loop's monotonic clock, read here: each thread's `performance.now()` has an origin of its own. */
const clock: Clock = {
  ...systemClock,
  monotonic: () => Number(process.hrtime.bigint() - origin) / 1e6,
};

const lastPulse = new BigInt64Array(pulse);

async function start(): Promise<void> {
  parentPort?.postMessage('started' satisfies KeeperNews);
  const open = loadStoreInThread(where, timing.ttl);
  parentPort?.postMessage('loaded' satisfies KeeperNews);
  const store = await open();
  const keeper = new Keeper({
    store,
    clock,
    timing,
    stallLimit,
    lastPulse: () => Number(Atomics.load(lastPulse, 0)) / 1_000,
  });
  parentPort?.on('message', ({ lease, memory }: KeepMessage) => keeper.keep(lease, new SharedLease(memory)));
  // Connected, or not to be for now: the store goes on trying.
  await store.inspect([]).catch(() => undefined);
  parentPort?.postMessage('ready' satisfies KeeperNews);
}

start().catch((error: unknown) => {
  // The thread ends with it, of which whoever started it is told.
  process.nextTick(() => {
    throw error;
  });
});
