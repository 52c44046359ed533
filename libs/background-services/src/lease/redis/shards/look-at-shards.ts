import type { LeaseRecord, LookRequest } from '../../board/fleet-board.js';
import { readLookReply } from '../board/board-replies.js';
import { withSize } from '../lease-calls.js';
import type { RedisLink } from '../redis-link.js';
import { asArray } from '../replies.js';
import type { ShardBatch } from './shard-batches.js';

/** What the key itself has while shards of this count are held. */
export function markerOf(count: number): string {
  return `shards/${count}`;
}

/** Reads shards of one key in one script. */
export async function lookAtShards(
  link: Pick<RedisLink<'bgsLookShards'>, 'runOnShards'>,
  { key, count, requests, indexes }: ShardBatch<LookRequest>,
  longest: number,
): Promise<readonly LeaseRecord[]> {
  const args = requests.flatMap(({ fields }, i) => [indexes[i]!, ...withSize(fields)]);
  const answer = await link.runOnShards('bgsLookShards', key, [longest, markerOf(count), ...args]);
  return asArray(answer, requests.length).map((reply, i) => readLookReply(requests[i]!, reply));
}
