import { boardOf } from '../../lease/index.js';
import { acquireCases } from './acquire.js';
import { batchCases } from './batches.js';
import { type Cases, Context, type StoreUnderTest } from './context.js';
import { fencingTokenCases } from './fencing-token.js';
import { heirCases } from './heirs.js';
import { inspectCases } from './inspect.js';
import { ledgerCases } from './ledger.js';
import { memberCases } from './members.js';
import { recordCases } from './record.js';
import { releaseCases } from './release.js';
import { renewCases } from './renew.js';
import { shardCases } from './shards.js';
import { watchCases } from './watch.js';

export type { StoreUnderTest } from './context.js';

/** One thing that every store promises. */
export interface ContractCase {
  /** What it is, e.g. `acquire: has one winner among many`. */
  readonly name: string;
  /** Rejects with an `AssertionError` that says what was expected of the store, and what it answered. */
  readonly run: () => Promise<void>;
  /** How long it may take, ms. Most take milliseconds; test runners give up after 5 s. */
  readonly timeout: number;
}

export interface LeaseStoreContract {
  readonly cases: readonly ContractCase[];
  /** Closes what was opened, if a case was run. */
  close(): Promise<void>;
}

const TIMEOUT = 90_000;

/**
 * What every lease store promises, as cases for any test runner: Jest, Vitest and node:test take them as they are.
 *
 * ```ts
 * describe('MyLeaseStore', () => {
 *   const contract = leaseStoreContract(openMyStore);
 *   for (const { name, run, timeout } of contract.cases) it(name, run, timeout);
 *   afterAll(() => contract.close());
 * });
 * ```
 *
 * The cases run on real time, one after the other, against one store that the first of them opens.
 * @param open opens the store twice, as two replicas do, with what an operator can do to it
 */
export function leaseStoreContract(open: () => StoreUnderTest | Promise<StoreUnderTest>): LeaseStoreContract {
  const context = new Context(open);
  const parts: Readonly<Record<string, Cases>> = {
    acquire: acquireCases(context),
    'the fencing token': fencingTokenCases(context),
    renew: renewCases(context),
    release: releaseCases(context),
    heirs: heirCases(context),
    watch: watchCases(context),
    record: recordCases(context),
    'the ledger': ledgerCases(context),
    inspect: inspectCases(context),
    'many requests in one call': batchCases(context),
    shards: shardCases(context),
    members: memberCases(context),
  };
  /** The parts of the contract that a store need not offer. */
  const optional: Readonly<Record<string, () => unknown>> = {
    shards: () => context.store.shards,
    members: () => boardOf(context.store)?.members,
  };
  const cases = Object.entries(parts).flatMap(([part, those]) =>
    Object.entries(those).map(([what, check]): ContractCase => {
      const run = async () => {
        await context.start();
        const isOffered = optional[part] ?? (() => true);
        if (isOffered()) await check();
      };
      return { name: `${part}: ${what}`, run, timeout: TIMEOUT };
    }),
  );
  return { cases, close: () => context.close() };
}
