import type { Heir, LeaseRef, Unknown } from '../../lease-store.js';
import { parseShardKey } from '../../shard-key.js';
import { unknown } from '../lease-batches.js';

/** Shards per script call: keeps one call short for other users of the Redis. */
export const SHARD_BATCH = 500;

/** Requests for shards of one key, of one holder and, if they have them, one TTL and one heir; each for another shard. */
export interface ShardBatch<Request> {
  /** The key that is dealt out. */
  readonly key: string;
  readonly count: number;
  readonly requests: Request[];
  readonly indexes: number[];
}

/** What may tell requests apart, besides key and holder. */
interface Asked extends LeaseRef {
  readonly ttl?: number;
  readonly heir?: Heir | undefined;
}

interface OpenBatch<Request> extends ShardBatch<Request> {
  readonly places: number[];
  readonly named: Set<number>;
}

interface Ways<Request, Reply> {
  /** Does it for leases that are no shards. */
  readonly plain: (requests: readonly Request[]) => Promise<readonly (Reply | Unknown)[]>;
  /** Does it for shards. What goes wrong is `unknown` for each of them. */
  readonly shards: (batch: ShardBatch<Request>) => Promise<readonly Reply[]>;
}

/** Sends requests for shards in batches of their key, and the others as they are. One reply a request, in order. */
export async function apart<Request extends Asked, Reply>(
  requests: readonly Request[],
  { plain, shards }: Ways<Request, Reply>,
): Promise<readonly (Reply | Unknown)[]> {
  const others: number[] = [];
  const batches = new Batches<Request>();
  requests.forEach((request, place) => {
    if (!batches.take(request, place)) others.push(place);
  });
  if (others.length === requests.length) return plain(requests);
  const replies: (Reply | Unknown)[] = [];
  const place = (places: readonly number[]) => (answers: readonly (Reply | Unknown)[]) =>
    places.forEach((at, i) => (replies[at] = answers[i]!));
  const calls = batches.all.map((batch) =>
    shards(batch)
      .catch((error: unknown): (Reply | Unknown)[] => batch.requests.map(() => unknown(error)))
      .then(place(batch.places)),
  );
  if (others.length > 0) calls.push(plain(others.map((at) => requests[at]!)).then(place(others)));
  await Promise.all(calls);
  return replies;
}

class Batches<Request extends Asked> {
  readonly all: OpenBatch<Request>[] = [];
  readonly #open = new Map<string, OpenBatch<Request>>();

  /** @returns whether it is for a shard */
  take(request: Request, place: number): boolean {
    const shard = parseShardKey(request.key);
    if (!shard) return false;
    const { key, count, index } = shard;
    const { holder, ttl, heir } = request;
    const id = `${count} ${ttl ?? ''} ${heir?.ttl ?? ''} ${heir?.holder ?? ''}\n${holder}\n${key}`;
    let batch = this.#open.get(id);
    if (!batch || batch.requests.length === SHARD_BATCH || batch.named.has(index)) {
      batch = { key, count, requests: [], indexes: [], places: [], named: new Set() };
      this.#open.set(id, batch);
      this.all.push(batch);
    }
    batch.named.add(index);
    batch.indexes.push(index);
    batch.requests.push(request);
    batch.places.push(place);
    return true;
  }
}
