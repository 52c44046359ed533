import { type StoreInThread, toPortable } from '../lease/index.js';
import { type LeaseKeeper, ThreadKeeper } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

/** The keeper of leases that are to be renewed from a thread. @throws HeartbeatThreadError */
export async function openKeeper(
  options: ResolvedOptions,
  logger: LineLogger,
): Promise<LeaseKeeper | undefined> {
  const { heartbeat, enabled, lease: timing, stallLimit, clock } = options;
  // Before anything is asked of the store: where it is bundled it may not know its own files.
  if (heartbeat === 'in-process' || !enabled) return undefined;
  const store = storeInThread(options);
  if (store === undefined) return undefined;
  const keeper = new ThreadKeeper({ store, timing, stallLimit, clock, logger });
  try {
    await keeper.loaded;
  } catch (error) {
    await keeper.close();
    throw error;
  }
  return keeper;
}

/** Leases in memory need no thread: nobody else could take them. */
function storeInThread({ redis, waitReplicas, store }: ResolvedOptions): StoreInThread | undefined {
  if (redis !== undefined) return { kind: 'redis', target: toPortable(redis), waitReplicas };
  const thread = typeof store === 'function' ? store.thread : undefined;
  return thread && { kind: 'module', ...thread };
}
