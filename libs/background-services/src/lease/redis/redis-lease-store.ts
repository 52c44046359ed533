import type {
  AcquireReply,
  AcquireRequest,
  LeaseRef,
  LeaseView,
  RecordReply,
  RecordRequest,
  Release,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from '../lease-store.js';
import type { StoreWithBoard } from '../board/board-of.js';
import type { FleetBoard } from '../board/fleet-board.js';
import { type Clock, systemClock } from '../clock.js';
import { parseShardKey } from '../shard-key.js';
import type { StoreWarning } from '../store-warning.js';
import { ACQUIRE_LUA } from './acquire.lua.js';
import type { ConnectionTimes, RedisTarget } from './connection.js';
import { BATCH, inBatches, unknown } from './lease-batches.js';
import { HOLDER_SCRIPTS, releaseLeases, renewLeases } from './lease-calls.js';
import { RECORD_LUA } from './record.lua.js';
import { openReader } from './board/board-reader.js';
import { BOARD_SCRIPTS, RedisBoard } from './board/redis-board.js';
import { RedisLink } from './redis-link.js';
import { ReleaseQueue } from './release-queue.js';
import { readAcquireReplies, readRecordReply, withoutToken } from './replies.js';
import { SeenLeases } from './seen-leases.js';
import { apart } from './shards/shard-batches.js';
import { SHARD_SCRIPTS, ShardCalls } from './shards/shard-calls.js';

const SCRIPTS = {
  ...HOLDER_SCRIPTS,
  ...SHARD_SCRIPTS,
  ...BOARD_SCRIPTS,
  bgsAcquire: ACQUIRE_LUA,
  bgsRecord: RECORD_LUA,
} as const;

/** Options of `RedisLeaseStore`. Durations are in milliseconds. */
export interface RedisLeaseStoreOptions extends ConnectionTimes {
  readonly redis: RedisTarget;
  /** Told of every connection error, after which the connection goes on trying. */
  readonly onError?: (error: Error) => void;
  /** Told of what works, and not as it should: at once, and each minute while it goes on. */
  readonly onWarning?: (warning: StoreWarning) => void;
  /** @default the platform's */
  readonly clock?: Clock;
  /** `false`: no second connection, over which `watch()` hears of releases. @default true */
  readonly listen?: boolean;
  /**
   * How many replicas of the Redis must have a write before it counts; otherwise its outcome is unknown. It narrows what a failover can lose,
   * for one more round trip. Not for Cluster.
   * @default 0
   */
  readonly waitReplicas?: number;
}

/**
 * Leases on one Redis (standalone, behind Sentinel, or Cluster). Every operation is one atomic script; the replies of a batch travel in
 * one round trip. The store keeps no state of its own: what it knows is what Redis says.
 */
export class RedisLeaseStore implements StoreWithBoard {
  readonly name = 'redis';
  readonly shared = true;
  readonly shards = true;
  readonly #board: RedisBoard;
  readonly #link: RedisLink<keyof typeof SCRIPTS>;
  readonly #batch: number;
  readonly #shards: ShardCalls;
  readonly #releases = new ReleaseQueue((requests) =>
    apart(requests, {
      plain: (leases) => releaseLeases(this.#link, leases, this.#batch),
      shards: (batch) => this.#shards.release(batch),
    }),
  );
  readonly #listeners = new Set<ReleaseListener>();
  readonly #memory = new SeenLeases((loss) => this.#link.warn(loss));

  constructor(options: RedisLeaseStoreOptions) {
    const { redis, commandTimeout, onError = () => undefined, listen = true, waitReplicas = 0 } = options;
    const { onWarning = () => undefined, clock = systemClock } = options;
    this.#link = new RedisLink({
      redis,
      commandTimeout,
      scripts: SCRIPTS,
      onRelease: listen ? (notice) => this.#publish(notice) : undefined,
      onError,
      onWarning,
      clock,
      waitReplicas,
    });
    this.#board = new RedisBoard(this.#link, () => openReader(redis, commandTimeout));
    this.#shards = new ShardCalls(this.#link, () => clock.monotonic());
    // In Cluster the keys of one call must share a slot, which only the three keys of one lease do.
    this.#batch = this.#link.isCluster ? 1 : BATCH;
  }

  get warnings(): readonly StoreWarning[] {
    return this.#link.warnings;
  }

  get board(): FleetBoard {
    return this.#board;
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return apart<AcquireRequest, AcquireReply>(requests, {
      plain: (leases) => this.#acquire(leases),
      shards: async (batch) => {
        const { replies, isFirst } = await this.#shards.acquire(batch);
        this.#memory.note(batch.requests, replies, isFirst ? placesOfAcquired(replies) : []);
        return replies;
      },
    });
  }

  #acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return inBatches(requests, this.#batch, async (batch) => {
      const { holder, ttl } = batch[0];
      const args = [holder, Math.ceil(ttl), ...batch.map(({ tokenFloor }) => tokenFloor)];
      const answer = await this.#link.run('bgsAcquire', batch, args);
      const replies = readAcquireReplies(answer, batch.length);
      this.#memory.note(batch, replies, withoutToken(answer));
      return replies;
    });
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return apart<RenewRequest, RenewReply>(requests, {
      plain: (leases) => renewLeases(this.#link, leases, this.#batch),
      shards: (batch) => this.#shards.renew(batch),
    });
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    return this.#releases.add(request);
  }

  async record({ expected, ...request }: RecordRequest): Promise<RecordReply> {
    const mode = expected === undefined ? ['any'] : expected === null ? ['absent'] : ['equals', expected];
    const args = [request.holder, request.token, request.field, request.value, ...mode];
    const shard = parseShardKey(request.key);
    try {
      if (shard) return await this.#shards.record(shard, request, mode);
      return readRecordReply(await this.#link.run('bgsRecord', [request], args));
    } catch (error) {
      return unknown(error);
    }
  }

  async inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    const requests = keys.map((key) => ({ key, holder: '' }));
    const views = await apart<LeaseRef, LeaseView>(requests, {
      plain: (leases) => this.#link.inspect(leases.map(({ key }) => key)),
      shards: (batch) => this.#shards.inspect(batch),
    });
    return views.map((view) => {
      if ('outcome' in view) throw view.error;
      return view;
    });
  }

  watch(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#releases.flush();
    await Promise.all([this.#link.close(), this.#board.close()]);
  }

  #publish({ key, holder, heir }: Release): void {
    for (const released of [key, ...this.#shards.waitingFor(key)])
      for (const listener of [...this.#listeners]) listener({ key: released, holder, heir });
  }
}

function placesOfAcquired(replies: readonly AcquireReply[]): readonly number[] {
  return replies.flatMap(({ outcome }, place) => (outcome === 'acquired' ? [place] : []));
}
