import { type Clock } from '../../market/clock.js';
import { type MarketHours } from '../../market/market-hours.js';
import { SYMBOLS } from '../../market/symbols.js';
import { isExpired } from '../options/option-contract.js';
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
  /** Whole rounds over the accounts of a shard. */
  readonly ticks: number;
  readonly snapshots: number;
  /** Removed from memory. */
  readonly expired: number;
  readonly lastTickAt: Date | null;
}

const NOTHING_YET: StreamCounts = { ticks: 0, snapshots: 0, expired: 0, lastTickAt: null };

/**
 * One round over the accounts of a shard: a snapshot of each contract and, from the one shard that they belong to, a bar of each underlying. Every message has
 * the leader's fencing token: who listens can refuse a leader of the past, which the database's fence does not see here.
 */
export class MarketStream {
  /** By lease key, of the shards that are streamed here. */
  private readonly shards = new Map<string, StreamCounts>();

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
    if (plan.length > 0) this.count(term, { expired: this.generator.removeExpired(at) });
    if (term.owns(BARS_CHANNEL)) this.publishBars(at, term);
    for (const account of plan) {
      if (!(await this.streamAccount(account, at, term))) return;
    }
    this.count(term, { ticks: 1, lastTickAt: now });
  }

  /** Forgets a shard whose term has ended. */
  end(plan: StreamPlan, { key }: StreamTerm): void {
    this.shards.delete(key);
    for (const { contracts } of plan) this.generator.forget(contracts);
  }

  /** Since a shard's term began. */
  counts(key: string): StreamCounts {
    return this.shards.get(key) ?? NOTHING_YET;
  }

  private publishBars(at: number, { fencingToken }: StreamTerm): void {
    this.publisher.publish(BARS_CHANNEL, () =>
      JSON.stringify({ at, fencingToken, bars: SYMBOLS.map((symbol) => this.generator.bar(symbol, at)) }),
    );
  }

  /** @returns whether the term has lasted to the end */
  private async streamAccount(
    { account, contracts }: AccountPlan,
    at: number,
    term: StreamTerm,
  ): Promise<boolean> {
    const { signal, fencingToken } = term;
    for (let from = 0; from < contracts.length; from += SLICE) {
      if (signal.aborted) return false;
      const live = contracts.slice(from, from + SLICE).filter((contract) => !isExpired(contract, at));
      const snapshots = live.map((contract) => this.generator.snapshot(contract, at));
      this.count(term, { snapshots: live.length });
      this.publisher.publish(channelOf(account), () =>
        JSON.stringify({ account, at, fencingToken, snapshots }),
      );
      await breathe();
    }
    return !signal.aborted;
  }

  private count({ key }: StreamTerm, more: Partial<StreamCounts>): void {
    const { ticks, snapshots, expired, lastTickAt } = this.counts(key);
    this.shards.set(key, {
      ticks: ticks + (more.ticks ?? 0),
      snapshots: snapshots + (more.snapshots ?? 0),
      expired: expired + (more.expired ?? 0),
      lastTickAt: more.lastTickAt ?? lastTickAt,
    });
  }
}
