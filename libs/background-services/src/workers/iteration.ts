import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger } from '@nestjs/common';
import { shared } from '../kit/index.js';
import type { Term } from '../leadership/index.js';
import { type ShardId, shardOf } from '../lease/index.js';
import type { Shard } from './shard.js';

/** One run of a worker, handed to its method and found by `currentIteration()` anywhere below it. */
export interface Iteration {
  /** Name of the worker. */
  readonly worker: string;
  /** Key of the lease it runs under. */
  readonly key: string;
  /** Which part of the work this run is about, if the worker has `shards`. */
  readonly shard?: Shard | undefined;
  /** Whether what has this id belongs to the shard of this run, by `shardOf()`; always, without shards. A property, like all the others: it may be destructured. */
  readonly owns: (id: ShardId) => boolean;
  /** The term's fencing token. Send it with every write, and let the resource refuse a lower one than it has seen. */
  readonly fencingToken: number;
  /** Aborts when the term ends, the worker is stopped or its time limit is over: stop what you do. */
  readonly signal: AbortSignal;
  /** When this iteration was due; of a cron worker, its slot. */
  readonly scheduledAt: Date;
  /** Counts the iterations of this worker on this replica, from 1. */
  readonly number: number;
  /** @throws LeadershipLostError if the term has ended. Call it before what cannot be undone; it cannot replace fencing. */
  assertLeader(): void;
  /** A logger in the worker's name. */
  readonly logger: Logger;
}

const storage = shared('iteration', () => new AsyncLocalStorage<Iteration>());

/** The iteration that the calling code runs in, if it runs in one. */
export function currentIteration(): Iteration | undefined {
  return storage.getStore();
}

/** Runs `work` so that `currentIteration()` finds `iteration` in all that it calls. */
export function runInIteration<T>(iteration: Iteration, work: (iteration: Iteration) => T): T {
  return storage.run(iteration, work, iteration);
}

/** Made once per run, so it is lean: signal and logger are made only for work that asks for them. */
export class WorkerIteration implements Iteration {
  constructor(
    readonly worker: string,
    readonly number: number,
    private readonly abort: { readonly signal: AbortSignal },
    private readonly voice: { readonly logger: Logger },
    private readonly term: Term,
    private readonly due: number,
    readonly shard: Shard | undefined = undefined,
  ) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get logger(): Logger {
    return this.voice.logger;
  }

  get key(): string {
    return this.term.key;
  }

  get fencingToken(): number {
    return this.term.fencingToken;
  }

  get scheduledAt(): Date {
    return new Date(this.due);
  }

  /** Not made per run, as most work does not ask. */
  get owns(): (id: ShardId) => boolean {
    const { shard } = this;
    return shard ? (id) => shardOf(id, shard.count) === shard.index : ownsAll;
  }

  /** A property, not a method: it works when it is destructured, as arguments are. */
  get assertLeader(): () => void {
    return () => this.term.assertLive();
  }
}

const ownsAll = (): boolean => true;
