import type { Item, ItemOutcome, Job, ListedItem } from '../../model/index.js';

/** A job with its ledger, as a snapshot has it, too. */
export interface JobEntry {
  job: Job;
  readonly claim: Claim | undefined;
  readonly items: Map<string, LedgerItem>;
  /** Since the epoch, ms. `Infinity`: it is not over. */
  expiresAt: number;
}

/** The idempotency key that a job was made with. */
export interface Claim {
  /** Of key and scope. */
  readonly name: string;
  readonly fingerprint: string;
  /** Since the epoch, ms. */
  readonly until: number;
}

export interface LedgerItem {
  readonly payload: string | undefined;
  outcome: (ItemOutcome & { readonly at: number }) | undefined;
}

export function pendingOf(items: JobEntry['items']): readonly ListedItem[] {
  return [...items].flatMap(([key, { payload, outcome }]) => (outcome ? [] : [{ key, payload }]));
}

export function toItem(key: string, outcome: LedgerItem['outcome']): Item {
  if (!outcome) return { key, status: 'pending', settledAt: null };
  const { at: settledAt, ...rest } = outcome;
  return { key, ...rest, settledAt };
}
