import type * as Bull from 'bullmq';
import type { RedisOptions } from 'ioredis';
import { MissingJobsPackageError } from '../../errors/index.js';
import { isClient, isCluster, type JobsRedis } from '../../store/index.js';
import type { JobEngine, RunJob } from '../job-engine.js';

const QUEUE = 'queue';

/**
 * With the defaults a job whose replica was killed is taken up again after a minute, and the second kill fails it for good. All replicas have to
 * have the same: lock 5 s and a look for stalled ones every 2 s make 7 s at most.
 */
const LOCK = 5_000;
const STALLED_CHECK = 2_000;
const UNLIMITED = 2 ** 31 - 1;
/** How soon a job is run again whose run failed, which is a store that does not answer, ms. */
const RETRY_DELAY = 1_000;

export interface BullMqEngineOptions {
  readonly redis: JobsRedis;
  /** What all keys begin with; with a hash tag. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

/** Jobs on a queue of BullMQ, which decides what replica runs which. What it keeps of a job is its id. */
export class BullMqEngine implements JobEngine {
  #worker: Bull.Worker | undefined;
  readonly #running = new Set<AbortController>();

  private constructor(
    private readonly bull: typeof Bull,
    private readonly queue: Bull.Queue,
    private readonly options: BullMqEngineOptions,
  ) {
    queue.on('error', options.onError);
  }

  /** @throws MissingJobsPackageError if bullmq cannot be loaded */
  static async open(options: BullMqEngineOptions): Promise<BullMqEngine> {
    const bull = await import('bullmq').catch((cause: unknown) => {
      throw new MissingJobsPackageError('bullmq', '6', { cause });
    });
    const connection = connectionOf(options.redis, { maxRetriesPerRequest: 1 });
    const queue = new bull.Queue(QUEUE, { connection, prefix: options.prefix });
    return new BullMqEngine(bull, queue, options);
  }

  async enqueue(id: string): Promise<void> {
    await this.queue.add(
      'run',
      {},
      {
        jobId: id,
        attempts: UNLIMITED,
        backoff: { type: 'fixed', delay: RETRY_DELAY },
        removeOnComplete: true,
        removeOnFail: true,
      },
    );
  }

  async start(run: RunJob, concurrency: number): Promise<void> {
    const { bull, options } = this;
    const work = async (job: Bull.Job, token?: string) => {
      const abort = new AbortController();
      this.#running.add(abort);
      try {
        if ((await run(job.id!, abort.signal)) === 'over') return;
      } finally {
        this.#running.delete(abort);
      }
      // Back to where the next replica takes it from, without an attempt gone.
      await job.moveToWait(token);
      throw new bull.WaitingError();
    };
    this.#worker = new bull.Worker(QUEUE, work, {
      connection: connectionOf(options.redis, { maxRetriesPerRequest: null }),
      prefix: options.prefix,
      concurrency,
      lockDuration: LOCK,
      stalledInterval: STALLED_CHECK,
      maxStalledCount: UNLIMITED,
    });
    this.#worker.on('error', options.onError);
    await Promise.race([
      this.#worker.waitUntilReady(),
      new Promise((resolve) => setTimeout(resolve, LOCK).unref()),
    ]);
  }

  async close(): Promise<void> {
    // Told before the worker waits for them.
    for (const abort of this.#running) abort.abort('drain');
    await this.#worker?.close();
    await this.queue.close();
  }
}

/** BullMQ brings an ioredis of its own, so it is given options where it can be, not clients of another version. */
function connectionOf(target: JobsRedis, settings: RedisOptions): Bull.ConnectionOptions {
  const all = { ...settings, retryStrategy: (times: number) => Math.min(100 * times, 2_000) };
  if (typeof target === 'string') return { url: target, ...all };
  if (isCluster(target)) return target.duplicate([], { redisOptions: all });
  const options = isClient(target) ? target.options : target;
  return { ...options, ...all };
}
