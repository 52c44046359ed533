import { heirOf } from '../../heir.js';
import type {
  AcquireRequest,
  LeaseRef,
  LeaseView,
  RecordReply,
  RecordRequest,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from '../../lease-store.js';
import type { ShardRef } from '../../shard-key.js';
import type { RedisLink } from '../redis-link.js';
import { heirArgs } from '../lease-calls.js';
import { readRecordReply } from '../replies.js';
import { ACQUIRE_SHARDS_LUA } from './acquire-shards.lua.js';
import { RECORD_SHARD_LUA, RELEASE_SHARDS_LUA, RENEW_SHARDS_LUA } from './holder-scripts.lua.js';
import { LOOK_SHARDS_LUA } from './operator-scripts.lua.js';
import { lookAtShards, markerOf } from './look-at-shards.js';
import { OwnShards } from '../../own-shards.js';
import { SHARD_BATCH, type ShardBatch } from './shard-batches.js';
import { fieldArgs, shardArgs } from './shard-args.js';
import { type Acquired, readAcquiredShards, readLostShards } from './shard-replies.js';

export const SHARD_SCRIPTS = {
  bgsAcquireShards: ACQUIRE_SHARDS_LUA,
  bgsRenewShards: RENEW_SHARDS_LUA,
  bgsReleaseShards: RELEASE_SHARDS_LUA,
  bgsRecordShard: RECORD_SHARD_LUA,
  bgsLookShards: LOOK_SHARDS_LUA,
} as const;

type ShardLink = Pick<RedisLink<keyof typeof SHARD_SCRIPTS>, 'runOnShards' | 'channel'>;

/** What is done with shards of one key, each batch in one script. */
export class ShardCalls {
  readonly #own: OwnShards;
  /** Keys that are held as a whole → the shards that were asked for meanwhile. */
  readonly #waiting = new Map<string, Set<string>>();

  constructor(
    private readonly link: ShardLink,
    now: () => number,
  ) {
    this.#own = new OwnShards(now);
  }

  async acquire({ key, count, requests, indexes }: ShardBatch<AcquireRequest>): Promise<Acquired> {
    const { holder, ttl = 0 } = requests[0]!;
    const id = idOf(key, holder);
    const floor = requests.reduce((highest, { tokenFloor }) => Math.max(highest, tokenFloor), 0);
    // Whatever becomes of it: if the answer is lost, the shard may be the holder's.
    this.#own.acquiring(id, indexes);
    const args = [
      holder,
      Math.ceil(ttl),
      markerOf(count),
      floor,
      ...fieldArgs(requests, indexes),
      ...indexes,
    ];
    const answer = await this.link.runOnShards('bgsAcquireShards', key, args);
    const acquired = readAcquiredShards(answer, requests.length);
    const held = indexes.filter((_, i) => acquired.replies[i]?.outcome === 'held');
    this.#own.gone(id, held);
    if (acquired.isKeyHeld) this.#wait(key, requests);
    return acquired;
  }

  async renew({ key, count, requests, indexes }: ShardBatch<RenewRequest>): Promise<readonly RenewReply[]> {
    const { holder, ttl = 0 } = requests[0]!;
    const id = idOf(key, holder);
    const overdue = this.#own.renewing(id, indexes, ttl).slice(0, SHARD_BATCH);
    const args = [
      holder,
      markerOf(count),
      Math.ceil(ttl),
      ...[overdue.length, ...overdue],
      ...shardArgs(requests, indexes),
    ];
    const { lost, storeTime } = readLostShards(
      await this.link.runOnShards('bgsRenewShards', key, args),
      indexes.length,
    );
    this.#own.gone(id, [...overdue, ...indexes.filter((_, i) => lost.has(i))]);
    return indexes.map((_, i) => lost.get(i) ?? { outcome: 'renewed', storeTime });
  }

  async release({
    key,
    count,
    requests,
    indexes,
  }: ShardBatch<ReleaseRequest>): Promise<readonly ReleaseReply[]> {
    const [first] = requests;
    const { holder } = first!;
    const isLast = this.#own.gone(idOf(key, holder), indexes);
    const args = [
      holder,
      markerOf(count),
      this.link.channel,
      count,
      isLast ? '1' : '0',
      ...heirArgs(heirOf(first!)),
      ...shardArgs(requests, indexes),
    ];
    const { lost } = readLostShards(
      await this.link.runOnShards('bgsReleaseShards', key, args),
      indexes.length,
    );
    return indexes.map((_, i) => lost.get(i) ?? { outcome: 'released' });
  }

  async record(
    shard: ShardRef,
    request: Omit<RecordRequest, 'expected'>,
    mode: readonly string[],
  ): Promise<RecordReply> {
    const { holder, field, value, token } = request;
    const [how = 'any', expected = ''] = mode;
    const args = [
      holder,
      markerOf(shard.count),
      field,
      value,
      how,
      expected,
      ...shardArgs([{ token, ledger: {} }], [shard.index]),
    ];
    return readRecordReply(await this.link.runOnShards('bgsRecordShard', shard.key, args));
  }

  async inspect({ key, count, requests, indexes }: ShardBatch<LeaseRef>): Promise<readonly LeaseView[]> {
    const asked = requests.map(({ key }) => ({ key, fields: [] }));
    const replies = await lookAtShards(this.link, { key, count, requests: asked, indexes }, 0);
    return replies.map(({ key, holder, ttl, token }) => ({ key, holder, ttl, token }));
  }

  /** The shards that wait for a key that was released as a whole. */
  waitingFor(key: string): readonly string[] {
    const waiting = [...(this.#waiting.get(key) ?? [])];
    this.#waiting.delete(key);
    return waiting;
  }

  #wait(key: string, requests: readonly LeaseRef[]): void {
    const waiting = this.#waiting.get(key) ?? new Set();
    for (const request of requests) waiting.add(request.key);
    this.#waiting.set(key, waiting);
  }
}

function idOf(key: string, holder: string): string {
  return `${holder}\n${key}`;
}
