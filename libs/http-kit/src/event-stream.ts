import type { ServerResponse } from 'node:http';
import { whenClosed } from '../../background-services/src/kit/index.js';

/** Options of `EventStream`. */
export interface EventStreamOptions {
  /** How long a client waits before it reconnects, ms. */
  readonly retry: number;
}

/**
 * One client's stream of server-sent events. A client that reads too slowly misses frames: when it reads again, it gets the newest one only, so
 * memory stays bounded however long it sleeps. A client that left before the stream began gets nothing.
 */
export class EventStream {
  #missed: string | undefined;
  #state: 'open' | 'over' = 'open';

  constructor(
    private readonly response: ServerResponse,
    { retry }: EventStreamOptions,
  ) {
    // A connection that breaks is closed right after.
    response.on('error', () => undefined);
    whenClosed(response, () => (this.#state = 'over'));
    if (!this.#isOpen) return;
    response.on('drain', () => this.#catchUp());
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      // Or nginx keeps it until it has a buffer full.
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${retry}\n\n`);
  }

  /** Calls back once when the connection has closed; before this returns, if it has already. */
  whenClosed(fn: () => void): void {
    whenClosed(this.response, fn);
  }

  /** Sends a frame; if the client does not read, keeps it until it does, in place of any earlier one. */
  send(frame: string): void {
    if (!this.#isOpen) return;
    if (this.response.writableNeedDrain) this.#missed = frame;
    else this.response.write(frame);
  }

  /** Sends a sign of life. A client that does not read gets none: it would take the place of news. */
  beat(frame: string): void {
    if (this.#isOpen && !this.response.writableNeedDrain) this.response.write(frame);
  }

  /** Ends the stream after everything that was sent has been read. */
  end(): void {
    if (!this.#isOpen) return;
    this.#state = 'over';
    this.response.end(this.#missed ?? '');
    this.#missed = undefined;
  }

  /** Ends the stream now. A client that does not read is cut off; otherwise the server could not close. */
  close(): void {
    this.#state = 'over';
    if (this.response.writableNeedDrain) this.response.destroy();
    else this.response.end();
  }

  #catchUp(): void {
    const frame = this.#missed;
    this.#missed = undefined;
    if (frame !== undefined) this.send(frame);
  }

  get #isOpen(): boolean {
    return this.#state === 'open';
  }
}
