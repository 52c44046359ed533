import { Inject, Injectable } from '@nestjs/common';
import { abortController, nodeResponse, whenClosed } from 'nestjs-background-http-kit';
import { TooManyClientsError } from '../errors/index.js';
import { MAX_LONG_POLLS, type ResolvedOptions } from '../options/index.js';
import { RESOLVED_OPTIONS } from '../tokens.js';

/** Requests that are kept waiting for a change of their job: so many at a time, and each no longer than its connection. */
@Injectable()
export class LongPolls {
  readonly #most: number;
  #size = 0;

  constructor(@Inject(RESOLVED_OPTIONS) { http }: Pick<ResolvedOptions, 'http'>) {
    this.#most = http?.maxLongPolls ?? MAX_LONG_POLLS;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether as many wait as may. */
  get isFull(): boolean {
    return this.#size >= this.#most;
  }

  /**
   * Waits on behalf of a client.
   * @param response of whichever HTTP adapter
   * @param wait given a signal that aborts when the client has left
   * @throws TooManyClientsError if as many wait as may, and what `wait` throws
   */
  async hold<Result>(response: unknown, wait: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.isFull) throw new TooManyClientsError('wait for a change', this.#most);
    this.#size += 1;
    const left = abortController();
    const stop = whenClosed(nodeResponse(Object(response) as object), () => left.abort());
    try {
      return await wait(left.signal);
    } finally {
      stop();
      this.#size -= 1;
    }
  }
}
