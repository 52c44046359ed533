import { type OptionContract } from '../options/option-contract.js';

/** What one account streams. */
export interface AccountPlan {
  readonly account: string;
  readonly contracts: readonly OptionContract[];
}

/** Who streams what. */
export type StreamPlan = readonly AccountPlan[];

/** Deals the contracts out to the accounts like cards: every account has as many as any other, or one more. */
export function dealOut(contracts: readonly OptionContract[], accounts: readonly string[]): StreamPlan {
  return accounts.map((account, i) => ({
    account,
    contracts: contracts.filter((_, position) => position % accounts.length === i),
  }));
}
