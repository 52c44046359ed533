import { ServiceUnavailableException } from '@nestjs/common';
import { abortController, onAbort, whenClosed } from '../../background-services/src/kit/index.js';
import { nodeResponse } from './server-response.js';

/**
 * Calls the host's code on behalf of requests, e.g. its guards. A call is awaited only while somebody waits for its answer: one that hangs
 * keeps nothing of a client that has left, and does not hold up a shutdown, for which the server waits for all its requests.
 */
export class GuestCalls {
  readonly #closing = abortController();

  /**
   * @param response the HTTP adapter's, of Express or Fastify
   * @throws whatever the call throws; ServiceUnavailableException if the app shuts down or the client leaves first
   */
  wait<Result>(response: unknown, call: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const over = abortController();
      const give = (why: string) => () => {
        reject(new ServiceUnavailableException(why));
        over.abort();
      };
      const stops = [
        onAbort(this.#closing.signal, give('The app is shutting down')),
        whenClosed(nodeResponse(Object(response) as object), give('The client has left')),
      ];
      onAbort(over.signal, () => stops.forEach((stop) => stop()));
      call()
        .finally(() => over.abort())
        .then(resolve, reject);
    });
  }

  /** Stops waiting for every call. */
  close(): void {
    this.#closing.abort();
  }
}
