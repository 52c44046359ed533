import type { Lost, Unknown } from 'nestjs-background-services/store';
import type { StampedLedger } from './stamped-ledger.js';
import { asArray, asCount, asLedger, asLost, asText, asTtl, isYes, unexpected } from '../redis-parts.js';

/*
 * What a node's scripts answer. As on a single Redis, only an answer that a script gives is definite.
 */

export interface Voted {
  readonly outcome: 'voted';
  /** The last token that this node has accepted; 0: none. */
  readonly lastToken: number;
  readonly ledger: StampedLedger;
  /** The node's clock, ms since the epoch. */
  readonly time: number;
}

/** The node's vote is another's: a leader's, a candidate's, or an operator's word. */
export interface Refused {
  readonly outcome: 'refused';
  readonly holder: string;
  /** Milliseconds left; `null`: it never expires by itself. */
  readonly ttl: number | null;
}

export type VoteReply = Voted | Refused | Unknown;

export type GrantReply = { readonly outcome: 'granted' } | Lost | Unknown;

export type ReadReply = { readonly outcome: 'read'; readonly ledger: StampedLedger } | Lost | Unknown;

export type SaveReply = { readonly outcome: 'saved' } | Lost | Unknown;

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readVoteReplies(answer: unknown, leases: number): readonly VoteReply[] {
  const [time, ...replies] = asArray(answer, leases + 1);
  const nodeTime = asCount(time);
  return replies.map((reply): VoteReply => {
    const [code, ...rest] = asArray(reply, 3);
    if (code === 1) {
      const [lastToken, ledger] = rest;
      const token = lastToken === 0 ? 0 : asCount(lastToken);
      return { outcome: 'voted', lastToken: token, ledger: asLedger(ledger), time: nodeTime };
    }
    if (code !== 0) throw unexpected(code);
    const [holder, ttl] = rest;
    return { outcome: 'refused', holder: asText(holder), ttl: asTtl(ttl) };
  });
}

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readGrantReplies(answer: unknown, leases: number): readonly GrantReply[] {
  return asArray(answer, leases).map((reply): GrantReply => {
    return isYes(reply) ? { outcome: 'granted' } : asLost(reply);
  });
}

/** @throws StoreError if the answer is none of the script's, or not one for each lease */
export function readSaveReplies(answer: unknown, leases: number): readonly SaveReply[] {
  return asArray(answer, leases).map((reply): SaveReply => {
    return isYes(reply) ? { outcome: 'saved' } : asLost(reply);
  });
}

/** @throws StoreError if the answer is none of the script's */
export function readReadReply(answer: unknown): ReadReply {
  const [code, rest] = asArray(answer, 2);
  return code === 1 ? { outcome: 'read', ledger: asLedger(rest) } : asLost(answer);
}
