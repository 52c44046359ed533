import type { IterationOutcome } from '../workers/index.js';
import type { Registered, ShardedWorker } from './sharded-worker.js';

interface Begun {
  readonly finished: Promise<IterationOutcome>;
}

/**
 * Begins an iteration of each shard that can.
 * @throws what the last one said that is led here, or the last one at all, if none could begin
 */
export function triggerShards({ shards }: ShardedWorker, trigger: (shard: Registered) => Begun): Begun {
  const begun: Begun[] = [];
  let refusal: unknown;
  for (const shard of shards) {
    try {
      begun.push(trigger(shard));
    } catch (error) {
      if (refusal === undefined || shard.worker.isLeading) refusal = error;
    }
  }
  if (begun.length === 0) throw refusal;
  return { finished: Promise.all(begun.map(({ finished }) => finished)).then(worstOf) };
}

/** Worst first. */
const OUTCOMES: readonly IterationOutcome['outcome'][] = ['failed', 'aborted', 'not-started', 'succeeded'];

function worstOf(outcomes: readonly IterationOutcome[]): IterationOutcome {
  return outcomes.reduce((one, other) =>
    OUTCOMES.indexOf(other.outcome) < OUTCOMES.indexOf(one.outcome) ? other : one,
  );
}
