import type { Logger } from '@nestjs/common';
import type { Clock, Random, Timer } from 'nestjs-background-services/store';
import { abortController, onAbort } from 'nestjs-background-http-kit';
import { type JobContext, type JobHandler, noData } from '../decorators/job-handler.js';
import type { ResolvedJobOptions } from '../decorators/job-options.js';
import { ItemTimeoutError, problemOf } from '../errors/index.js';
import { type ItemOutcome, itemOf, type Job, type ListedItem } from '../model/index.js';
import { pause } from './pause.js';
import type { RateLimit } from './rate-limit.js';
import { backoff, retryAfterOf } from './retry-after.js';

export interface ItemWorkerContext {
  readonly handler: JobHandler;
  readonly options: ResolvedJobOptions;
  readonly rate: RateLimit | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Works off items of one run: skips what is there, tries again what fails, and gives up in time. */
export class ItemWorker {
  constructor(
    private readonly context: ItemWorkerContext,
    private readonly job: Job,
    private readonly run: number,
    private readonly forceRefresh: boolean,
  ) {}

  /**
   * Works off one item. An error of the work is an outcome.
   * @throws the reason of the signal, if the run has to stop: then nothing is known of the item
   */
  async workOff(listed: ListedItem, signal: AbortSignal): Promise<ItemOutcome> {
    const { options, clock, random, rate } = this.context;
    const { attempts } = options.retries;
    for (let attempt = 1; ; attempt++) {
      await rate?.take(signal);
      try {
        return await this.#try(listed, attempt, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt >= attempts) return { status: 'failed', error: problemOf(error) };
        const wait = retryAfterOf(error, clock.wall()) ?? backoff(attempt, options.retries, random);
        await pause(clock, wait, signal);
      }
    }
  }

  async #try(listed: ListedItem, attempt: number, signal: AbortSignal): Promise<ItemOutcome> {
    signal.throwIfAborted();
    const { handler, options, clock, logger } = this.context;
    const end = abortController();
    const item = itemOf(listed);
    const { id, type, request } = this.job;
    const job: JobContext = {
      ...{ id, type, request, attempt, logger, item: listed.key, run: this.run },
      signal: end.signal,
    };
    const stop = onAbort(signal, () => end.abort(signal.reason));
    let timer: Timer | undefined;
    // Work that does not look at its signal is not waited for any longer than its time.
    const over = new Promise<never>((_resolve, reject) => {
      timer = clock.setTimeout(() => {
        const timeout = new ItemTimeoutError(listed.key, options.itemTimeout);
        end.abort(timeout);
        reject(timeout);
      }, options.itemTimeout);
    });
    over.catch(() => undefined);
    const work = async (): Promise<ItemOutcome> => {
      if (!this.forceRefresh && handler.exists && (await handler.exists(item, job)))
        return { status: 'skipped' };
      // Nothing begins for a run that had to stop while it was asked what is there.
      end.signal.throwIfAborted();
      const result = await handler.process(item, job);
      return result === noData ? { status: 'done', noData: true } : { status: 'done' };
    };
    try {
      return await Promise.race([work(), over]);
    } finally {
      timer?.cancel();
      stop();
    }
  }
}
