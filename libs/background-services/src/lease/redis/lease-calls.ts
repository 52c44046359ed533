import { heirOf } from '../heir.js';
import type {
  Heir,
  Ledger,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
  Unknown,
} from '../lease-store.js';
import { inBatches } from './lease-batches.js';
import type { RedisLink } from './redis-link.js';
import { RELEASE_LUA } from './release.lua.js';
import { RENEW_LUA } from './renew.lua.js';
import { readReleaseReplies, readRenewReplies } from './replies.js';

/** The scripts that act for a holder and its token, the same on one Redis and on each node of a quorum. */
export const HOLDER_SCRIPTS = { bgsRenew: RENEW_LUA, bgsRelease: RELEASE_LUA } as const;

type HolderLink = Pick<RedisLink<keyof typeof HOLDER_SCRIPTS>, 'run' | 'channel'>;

export function renewLeases(
  link: HolderLink,
  requests: readonly RenewRequest[],
  batch: number,
): Promise<readonly (RenewReply | Unknown)[]> {
  return inBatches(requests, batch, async (leases) => {
    const { holder, ttl } = leases[0];
    const args = leases.flatMap(({ token, ledger }) => [token, ...withSize(flatten(ledger))]);
    const answer = await link.run('bgsRenew', leases, [holder, Math.ceil(ttl), ...args]);
    return readRenewReplies(answer, leases.length);
  });
}

export function releaseLeases(
  link: HolderLink,
  requests: readonly ReleaseRequest[],
  batch: number,
): Promise<readonly (ReleaseReply | Unknown)[]> {
  return inBatches(requests, batch, async (leases) => {
    const args = leases.flatMap((lease) => [
      lease.token,
      ...heirArgs(heirOf(lease)),
      ...withSize(flatten(lease.ledger)),
    ]);
    const answer = await link.run('bgsRelease', leases, [leases[0].holder, link.channel, ...args]);
    return readReleaseReplies(answer, leases.length);
  });
}

/** The heir as scripts take it; whole milliseconds. */
export function heirArgs(heir: Heir | undefined): readonly [string, number] {
  return heir ? [heir.holder, Math.max(1, Math.ceil(heir.ttl))] : ['', 0];
}

/** Entries as scripts take them: field, value, … */
export function flatten(ledger: Ledger): string[] {
  return Object.entries(ledger).flat();
}

/** Preceded by their number, for lists in the middle of the arguments. */
export function withSize(values: readonly string[]): (string | number)[] {
  return [values.length, ...values];
}
