import type { ServerResponse } from 'node:http';

export interface EventStreamOptions {
  /** Milliseconds after which a client that lost the stream asks for it again. */
  readonly retry: number;
  readonly onClose: () => void;
}

/**
 * One client's end of a stream of server-sent events. A client that reads too slowly is sent the newest when it goes on, not all that it
 * missed: memory stays bounded however long it sleeps.
 */
export class EventStream {
  #missed: string | undefined;
  #closed = false;

  constructor(
    private readonly response: ServerResponse,
    { retry, onClose }: EventStreamOptions,
  ) {
    response.once('close', () => {
      this.#closed = true;
      onClose();
    });
    // A connection that breaks is closed right after.
    response.on('error', () => undefined);
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

  send(frame: string): void {
    if (this.#closed) return;
    if (this.response.writableNeedDrain) this.#missed = frame;
    else this.response.write(frame);
  }

  /** Sends something that says no more than that the stream is there: to one that does not read, nothing, least of all in place of news. */
  beat(frame: string): void {
    if (!this.#closed && !this.response.writableNeedDrain) this.response.write(frame);
  }

  /** Ends it; one that does not read is cut off, or the server could not close. */
  close(): void {
    if (this.response.writableNeedDrain) this.response.destroy();
    else this.response.end();
  }

  #catchUp(): void {
    const frame = this.#missed;
    this.#missed = undefined;
    if (frame !== undefined) this.send(frame);
  }
}
