import type * as Bull from 'bullmq';
import type { Clock } from 'nestjs-background-services/store';
import { abortController } from 'nestjs-background-http-kit';
import { MissingJobsPackageError } from '../../errors/index.js';
import { type JobsRedis, keyPrefixOf, PATIENT, PROMPT } from '../../store/redis/redis-target.js';
import type { RedisWatch } from '../../store/redis/redis-watch.js';
import type { JobEngine, RunJob } from '../job-engine.js';
import { BullConnections } from './bull-connections.js';

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
/** How soon a worker asks for jobs again that was refused: of a server that is loading its data, ms. */
const REFUSED_DELAY = 2_000;
/** So long a boot waits for Redis, ms. */
const BOOT_LIMIT = 1_000;
/** A Redis that takes longer to answer is not waited for when the app shuts down, ms. */
const ANSWER_LIMIT = 500;

export interface BullMqEngineOptions {
  readonly redis: JobsRedis;
  /** What all keys begin with, after the `keyPrefix` of `redis`; with a hash tag. */
  readonly prefix: string;
  readonly clock: Clock;
  /** Told of all that goes wrong, and right again. */
  readonly watch: RedisWatch;
}

/** Jobs on a queue of BullMQ, which decides what replica runs which. What it keeps of a job is its id. */
export class BullMqEngine implements JobEngine {
  #worker: Bull.Worker | undefined;
  /** One signal for all runs: a job that was being fetched when it aborted is handed an aborted one. */
  readonly #closing = abortController();
  readonly #running = new Set<Promise<unknown>>();

  private constructor(
    private readonly bull: typeof Bull,
    private readonly queue: Bull.Queue,
    private readonly options: BullMqEngineOptions,
    private readonly connections: BullConnections,
    private readonly prefix: string,
  ) {
    queue.on('error', (error) => this.#failed('queue', error));
  }

  /** @throws MissingJobsPackageError if bullmq cannot be loaded */
  static async open(options: BullMqEngineOptions): Promise<BullMqEngine> {
    const bull = await import('bullmq').catch((cause: unknown) => {
      throw new MissingJobsPackageError('bullmq', '6', { cause });
    });
    const prefix = `${await keyPrefixOf(options.redis)}${options.prefix}`;
    const connections = new BullConnections(options.redis);
    const connection = await connections.open(PROMPT);
    const queue = new bull.Queue(QUEUE, { connection, prefix, skipVersionCheck: true });
    return new BullMqEngine(bull, queue, options, connections, prefix);
  }

  async enqueue(id: string): Promise<void> {
    const options = {
      jobId: id,
      attempts: UNLIMITED,
      backoff: { type: 'fixed', delay: RETRY_DELAY },
      removeOnComplete: true,
      removeOnFail: true,
    };
    try {
      await this.queue.add('run', {}, options);
    } catch (error) {
      this.#failed('enqueue', error);
      throw error;
    }
    this.options.watch.troubles.works('enqueue');
  }

  async start(run: RunJob, concurrency: number): Promise<void> {
    const { bull, options, connections } = this;
    const { signal } = this.#closing;
    const connection = await connections.open(PATIENT);
    // The app was closed while it booted.
    if (signal.aborted) return;
    const work = async (job: Bull.Job, token?: string) => {
      options.watch.troubles.works('worker');
      const running = run(job.id!, signal);
      this.#running.add(running);
      try {
        if ((await running) === 'over') return;
      } finally {
        this.#running.delete(running);
      }
      // Back to where the next replica takes it from, without an attempt gone.
      await job.moveToWait(token);
      throw new bull.WaitingError();
    };
    this.#worker = new bull.Worker(QUEUE, work, {
      connection,
      prefix: this.prefix,
      concurrency,
      lockDuration: LOCK,
      stalledInterval: STALLED_CHECK,
      maxStalledCount: UNLIMITED,
      runRetryDelay: REFUSED_DELAY,
      skipVersionCheck: true,
    });
    this.#worker.on('error', (error) => this.#failed('worker', error));
    // Without Redis the app boots all the same, and runs jobs as soon as there is one.
    await new Promise<void>((resolve) => {
      const timer = options.clock.setTimeout(resolve, BOOT_LIMIT);
      const done = () => {
        timer.cancel();
        resolve();
      };
      this.#worker!.waitUntilReady().then(done, done);
    });
  }

  async close(): Promise<void> {
    // A job that is put back would be fetched again at once, over and over while another one drains.
    const paused = this.#worker?.pause(true);
    // Told before the worker waits for them.
    this.#closing.abort('drain');
    await Promise.allSettled([paused, ...this.#running]);
    // BullMQ would wait for a Redis that does not answer, to tell it nothing.
    const isForced = !(await this.#answers());
    await this.#worker?.close(isForced);
    // It settles only if there is a connection to end.
    if (isForced) this.queue.disconnect().catch(() => undefined);
    await this.queue.close();
    this.connections.close();
  }

  #failed(what: 'queue' | 'enqueue' | 'worker', error: unknown): void {
    // What breaks while it closes is meant to.
    if (!this.#closing.signal.aborted) this.options.watch.failed(what, error);
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.options.clock.setTimeout(() => resolve(false), ANSWER_LIMIT);
      const answered = (does: boolean) => {
        timer.cancel();
        resolve(does);
      };
      this.queue.count().then(
        () => answered(true),
        () => answered(false),
      );
    });
  }
}
