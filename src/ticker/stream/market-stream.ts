import { type Clock } from '../../market/clock.js';
import { type MarketHours } from '../../market/market-hours.js';
import { SYMBOLS } from '../../market/symbols.js';
import { isExpired, type OptionContract } from '../options/option-contract.js';
import { type AccountPlan, type StreamPlan } from '../subscriptions/stream-plan.js';
import { type StreamTerm } from '../term.js';
import { breathe } from '../wait.js';
import { type MockDataGenerator } from './mock-data.generator.js';
import { type Publisher } from './publisher.js';

/** Contracts in one message, and between two breaths of the event loop: a few milliseconds of work. */
const SLICE = 200;

/** Where the bars of the underlyings are published. */
export const BARS_CHANNEL = 'ticker:bars';

/** Where the option snapshots of an account are published. */
export function channelOf(account: string): string {
  return `ticker:${account}`;
}

export interface StreamCounts {
  /** Whole rounds over all accounts. */
  readonly ticks: number;
  readonly snapshots: number;
  /** Removed from memory. */
  readonly expired: number;
  readonly lastTickAt: Date | null;
}

/**
 * One round over all accounts: a bar of each underlying and a snapshot of each contract. Every message has the leader's fencing token: who listens can
 * refuse a leader of the past, which the database's fence does not see here.
 */
export class MarketStream {
  private ticks = 0;
  private snapshots = 0;
  private expired = 0;
  private lastTickAt: Date | null = null;

  constructor(
    private readonly generator: MockDataGenerator,
    private readonly publisher: Publisher,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
  ) {}

  /** Does nothing while the market is closed, and stops between two slices when the term ends. */
  async tick(plan: StreamPlan, term: StreamTerm): Promise<void> {
    const now = this.clock.now();
    if (!this.hours.isOpen(now)) return;
    const at = Number(now);
    this.expired += this.generator.removeExpired(at);
    this.publisher.publish(BARS_CHANNEL, () =>
      JSON.stringify({
        at,
        fencingToken: term.fencingToken,
        bars: SYMBOLS.map((symbol) => this.generator.bar(symbol, at)),
      }),
    );
    for (const account of plan) {
      if (!(await this.streamAccount(account, at, term))) return;
    }
    this.ticks++;
    this.lastTickAt = now;
  }

  counts(): StreamCounts {
    const { ticks, snapshots, expired, lastTickAt } = this;
    return { ticks, snapshots, expired, lastTickAt };
  }

  /** @returns whether the term has lasted to the end */
  private async streamAccount(
    { account, contracts }: AccountPlan,
    at: number,
    { signal, fencingToken }: StreamTerm,
  ): Promise<boolean> {
    for (let from = 0; from < contracts.length; from += SLICE) {
      if (signal.aborted) return false;
      const snapshots = this.snapshotsOf(contracts.slice(from, from + SLICE), at);
      this.publisher.publish(channelOf(account), () =>
        JSON.stringify({ account, at, fencingToken, snapshots }),
      );
      await breathe();
    }
    return !signal.aborted;
  }

  private snapshotsOf(contracts: readonly OptionContract[], at: number) {
    const live = contracts.filter((contract) => !isExpired(contract, at));
    this.snapshots += live.length;
    return live.map((contract) => this.generator.snapshot(contract, at));
  }
}
