import { Injectable } from '@nestjs/common';
import { HistoryRepository } from './history/history.repository.js';
import { type Replica, type ShardReport, type Told } from './replicas/replica-report.js';
import { newestFirst, TickerFleet } from './replicas/ticker-fleet.js';
import { TICKER_SHARDS } from './ticker.loop.js';

/** A shard, and the replica that streams it. */
type StreamedShard = Told<ShardReport> & Pick<Replica, 'replica'>;

/** The ticker of the whole fleet, the same from whichever replica it is asked. */
@Injectable()
export class TickerStatus {
  constructor(
    private readonly fleet: TickerFleet,
    private readonly history: HistoryRepository,
  ) {}

  async read() {
    const [replicas, histories] = await Promise.all([this.fleet.look(), this.history.progress()]);
    const shards = shardsOf(replicas);
    return {
      /** Whether every shard is streamed. */
      streaming: shards.length === TICKER_SHARDS,
      shards: { count: TICKER_SHARDS, streamed: shards.length },
      plan: shards
        .flatMap(({ replica, index: shard, accounts }) =>
          accounts.map((account) => ({ ...account, shard, replica })),
        )
        .sort((a, b) => (a.account < b.account ? -1 : 1)),
      reconciled: newestFirst(replicas)[0] ?? null,
      stream: countsOf(shards),
      replicas: replicas.map(({ replica, report }) => {
        const { shards, reloads, memory, publisher, tasks } = report;
        const indexes = shards.map(({ index }) => index).sort((a, b) => a - b);
        return { replica, shards: indexes, reloads, memory, publisher, tasks };
      }),
      history: histories.map(({ accountId, doneDays, totalDays, failures, lastError, completedAt }) => ({
        account: accountId,
        doneDays,
        totalDays,
        failures,
        lastError,
        completedAt,
      })),
    };
  }
}

/** A shard that two replicas tell of has moved a moment ago: the newer term counts. */
function shardsOf(replicas: readonly Replica[]): readonly StreamedShard[] {
  const shards = new Map<number, StreamedShard>();
  for (const { replica, report } of replicas) {
    for (const shard of report.shards) {
      const known = shards.get(shard.index);
      if (!known || known.fencingToken < shard.fencingToken) shards.set(shard.index, { ...shard, replica });
    }
  }
  return [...shards.values()].sort((a, b) => a.index - b.index);
}

/** Rounds are those of the shard that has made the fewest since its term began, the rest is of all together. */
function countsOf(shards: readonly StreamedShard[]) {
  const sum = (of: (shard: StreamedShard) => number) => shards.reduce((all, shard) => all + of(shard), 0);
  const ticked = shards.flatMap(({ lastTickAt }) => lastTickAt ?? []);
  return {
    ticks: Math.min(...(shards.length > 0 ? shards.map(({ ticks }) => ticks) : [0])),
    snapshots: sum(({ snapshots }) => snapshots),
    expired: sum(({ expired }) => expired),
    lastTickAt: ticked.sort().at(-1) ?? null,
  };
}
