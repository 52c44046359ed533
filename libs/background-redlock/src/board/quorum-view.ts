import type { LeaseView, Unknown } from 'nestjs-background-services/store';
import type { RedlockNode } from '../node/redlock-node.js';
import { unknown } from '../redis-parts.js';
import { Poll } from '../vote/poll.js';
import { noMajority } from '../vote/standing.js';

interface Seen {
  readonly outcome: 'seen';
  readonly views: readonly LeaseView[];
}

/**
 * How leases stand by the word of a majority: whom it names as the holder, and for how long it will. All nodes are waited for, as far as they
 * answer in time: nothing hangs on it, and one that is a beat behind would let a lease look older than it is.
 * @throws StoreError if no majority answers
 */
export async function inspectNodes(
  nodes: readonly RedlockNode[],
  keys: readonly string[],
): Promise<readonly LeaseView[]> {
  const poll = new Poll(
    nodes.map((node) =>
      node.inspect(keys).then((views): Seen | Unknown => ({ outcome: 'seen', views }), unknown),
    ),
  );
  await poll.until(() => false);
  if (!poll.hasQuorum('seen')) throw noMajority(poll).error;
  const seen = poll.with('seen');
  return keys.map((key, i) =>
    combineViews(
      key,
      seen.map(({ views }) => views[i]!),
      poll.quorum,
    ),
  );
}

/** How a lease stands by the word of a majority. */
export function combineViews(key: string, views: readonly LeaseView[], quorum: number): LeaseView {
  const tokens = views.flatMap(({ token }) => (token === null ? [] : [token]));
  const token = tokens.length > 0 ? Math.max(...tokens) : null;
  const holderOf = (name: string) => views.filter(({ holder }) => holder === name);
  const holder = views
    .map((view) => view.holder)
    .find((name) => name !== null && holderOf(name).length >= quorum);
  if (!holder) return { key, holder: null, ttl: null, token };
  // The majority lasts until so many of its nodes have expired that too few are left.
  const ttls = holderOf(holder).map(({ ttl }) => ttl ?? Infinity);
  const ttl = ttls.sort((a, b) => b - a)[quorum - 1]!;
  return { key, holder, ttl: ttl === Infinity ? null : ttl, token };
}
