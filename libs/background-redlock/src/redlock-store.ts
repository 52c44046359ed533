import type { LeaseStoreContext, LeaseStoreFactory, StoreLogger } from 'nestjs-background-services/store';
import { checkCommandTimeout } from './check-command-timeout.js';
import { checkNodes } from './check-nodes.js';
import type { RedisNode } from './node/redis-node.js';
import { commandTimeoutOf, describeError, portableServer } from './redis-parts.js';
import { type NodeChange, RedlockLeaseStore } from './redlock-lease-store.js';

export type { RedisNode } from './node/redis-node.js';

/** Options of `redlockStore()`. Durations are in milliseconds. */
export interface RedlockStoreOptions {
  /** Time limit of one command to one server, ms. @default a twentieth of `lease.ttl`, and 3_000 at most */
  readonly commandTimeout?: number;
  /** Told once when a server stops answering, and once when it answers again. @default a line in the log */
  readonly onNodeChange?: (change: NodeChange) => void;
}

/** One command may take this share of the TTL: an attempt at a lease is two round trips and may be repeated, and ends within a fifth of the TTL. */
const COMMAND_SHARE = 20;

/**
 * Leases on several Redis masters that know nothing of each other: `BackgroundServicesModule.forRoot({ store: redlockStore([…]) })`. A lease is
 * held by whoever has it on a majority, and any minority may be away. The module closes the store when the app shuts down.
 * @param nodes 3, 5 or another odd number of servers, the same on every replica: URLs, ioredis options, or clients of the app, which are
 *   duplicated and never closed
 * @throws InvalidOptionsError with everything that is wrong with the list, or if `commandTimeout` is; the factory throws it if that is longer
 *   than the TTL
 */
export function redlockStore(
  nodes: readonly RedisNode[],
  { commandTimeout, onNodeChange }: RedlockStoreOptions = {},
): LeaseStoreFactory {
  checkNodes(nodes);
  if (commandTimeout !== undefined) checkCommandTimeout(commandTimeout);
  const make = ({ ttl, clock, random, listen, logger, onWarning }: LeaseStoreContext) => {
    if (commandTimeout !== undefined) checkCommandTimeout(commandTimeout, ttl);
    return new RedlockLeaseStore({
      nodes,
      commandTimeout: commandTimeout ?? commandTimeoutOf(ttl, COMMAND_SHARE),
      onNodeChange: onNodeChange ?? ((change) => logChange(logger, change)),
      ...{ onWarning, listen, clock, random },
    });
  };
  // Read where a heartbeat thread is asked for, and nowhere else: in a bundle there may be no file to point at.
  return Object.defineProperty(make, 'thread', {
    get: () => ({
      module: new URL('./store-thread.js', import.meta.url).href,
      settings: { nodes: nodes.map(portableServer), commandTimeout } satisfies ThreadSettings,
    }),
  });
}

/** What the heartbeat thread opens its store with. */
export interface ThreadSettings {
  readonly nodes: readonly RedisNode[];
  readonly commandTimeout: number | undefined;
}

/** The listener of stores that are given none. */
export function logChange(logger: StoreLogger, { node, error, answering, nodes }: NodeChange): void {
  const left = `${answering} of ${nodes} Redis nodes answer`;
  if (error) logger.warn(`Redis node ${node} does not answer (${describeError(error).message}): ${left}`);
  else logger.log(`Redis node ${node} answers again: ${left}`);
}
