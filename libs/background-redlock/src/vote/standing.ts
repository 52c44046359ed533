import { type AcquireReply, type Lost, StoreError, type Unknown } from 'nestjs-background-services/store';
import type { Refused, VoteReply } from '../node/replies.js';
import type { Poll } from './poll.js';

type Held = Extract<AcquireReply, { readonly outcome: 'held' }>;

/** Nobody has a majority: candidates have split the votes, and may settle it by trying again, each at a moment of its own. */
export interface Split {
  readonly outcome: 'split';
  /** What to say if they do not. */
  readonly otherwise: Held | Unknown;
}

/** Whether it is known how a lost vote stands, though nodes are still to answer. */
export function isSettled(votes: Poll<VoteReply>): boolean {
  return majorityOf(votes) !== undefined;
}

/** How a vote stands that was lost. */
export function standing(key: string, votes: Poll<VoteReply>): Held | Split | Unknown {
  const refusals = votes.with('refused');
  const silent = votes.with('unknown');
  // What must still become free. It is not ours to get while too many nodes are silent.
  const wanted = votes.quorum - votes.with('voted').length;
  if (wanted > refusals.length) return noMajority(votes);
  const majority = majorityOf(votes);
  const holder = majority ?? mostNamed(refusals.map((refusal) => refusal.holder))!;
  const held: Held = { outcome: 'held', holder, ttl: freeIn(refusals, Math.max(1, wanted)) };
  if (majority !== undefined) return held;
  const holders = [...new Set(refusals.map((refusal) => refusal.holder))].join(', ');
  const tied = new StoreError(`The votes for "${key}" are split between this replica and ${holders}`);
  // With a node away, a minority of votes may also be all that is left of a leader: those expire. Between candidates it is worth another try.
  return { outcome: 'split', otherwise: silent.length > 0 ? held : { outcome: 'unknown', error: tied } };
}

/** Too few nodes have answered for anything to be definite. */
export function noMajority<Reply extends { readonly outcome: string }>(poll: Poll<Reply | Unknown>): Unknown {
  const silent = poll.with('unknown') as readonly Unknown[];
  const [first] = silent;
  const why = first
    ? `${silent.length} of ${poll.asked.length} nodes failed, one with: ${first.error.message}`
    : 'a tie';
  return { outcome: 'unknown', error: new StoreError(`No majority of the Redis nodes: ${why}`) };
}

/** The lease is definitely not the caller's: a majority says so. */
export function lost<Reply extends { readonly outcome: string }>(poll: Poll<Reply | Lost>): Lost | undefined {
  if (!poll.hasQuorum('lost')) return undefined;
  const refusals = poll.with('lost') as readonly Lost[];
  return { outcome: 'lost', holder: mostNamed(refusals.map(({ holder }) => holder)) ?? null };
}

function majorityOf(votes: Poll<VoteReply>): string | undefined {
  const holders = votes.with('refused').map(({ holder }) => holder);
  const holder = mostNamed(holders);
  return holders.filter((name) => name === holder).length >= votes.quorum ? holder : undefined;
}

/** Milliseconds until this many of the refusing nodes are free. */
function freeIn(refusals: readonly Refused[], wanted: number): number | null {
  const times = refusals.map(({ ttl }) => ttl ?? Infinity).sort((a, b) => a - b);
  const time = times[wanted - 1] ?? Infinity;
  return time === Infinity ? null : time;
}

function mostNamed<Name>(names: readonly Name[]): Name | undefined {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
