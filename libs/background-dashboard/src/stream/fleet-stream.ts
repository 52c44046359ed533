import { Inject, Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { FleetStatus, type Timer } from 'nestjs-background-services';
import { EventStream } from 'nestjs-background-services/http';
import type { ResolvedOptions } from '../options.js';
import { RESOLVED_OPTIONS } from '../tokens.js';
import { contentOf, pulseFrame, viewFrame } from './frames.js';

/** How often the fleet is looked at while somebody listens, ms. */
const PERIOD = 1_000;
/** Without a change, clients hear so often that they are still connected, ms. */
const HEARTBEAT = 5_000;
/** What was not in the last event (uptimes, lags, what is left of leases) is at most this old, ms. */
const REFRESH = 15_000;
/** A client that lost its stream asks for it again after this long, ms. */
const RETRY = 1_000;
/** A stream ends after this long; the client asks again and is let through by the guard again, or not any more, ms. */
const LONGEST = 900_000;
const MOST_CLIENTS = 200;

/**
 * The fleet as a stream of events, for all clients of this replica together: it is read once a second however many they are, and not at all
 * while nobody listens.
 */
@Injectable()
export class FleetStream implements OnModuleDestroy {
  readonly #clients = new Map<EventStream, Timer>();
  #state: 'idle' | 'looking' | 'closed' = 'idle';
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;
  #last: { readonly frame: string; readonly content: string } | undefined;
  #sentAt = 0;
  #refreshedAt = 0;

  constructor(
    @Inject(FleetStatus) private readonly status: FleetStatus,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /** How many listen. */
  get clients(): number {
    return this.#clients.size;
  }

  /** @throws ServiceUnavailableException if the app is closing, or too many listen */
  assertOpen(): void {
    if (this.#state === 'closed') throw new ServiceUnavailableException('The app is shutting down');
    if (this.#clients.size >= MOST_CLIENTS)
      throw new ServiceUnavailableException(`${MOST_CLIENTS} clients are listening`);
  }

  /** Sends the whole view now, and again when it changes, at most once a second. */
  add(response: ServerResponse): void {
    const stream = new EventStream(response, { retry: RETRY, onClose: () => this.#remove(stream) });
    this.#clients.set(
      stream,
      this.options.clock.setTimeout(() => stream.close(), LONGEST),
    );
    if (this.#last) stream.send(this.#last.frame);
    if (this.#state === 'idle') void this.#look();
  }

  /** Ends every stream: the server cannot close before. */
  onModuleDestroy(): void {
    this.#state = 'closed';
    for (const stream of this.#clients.keys()) stream.close();
    this.#wake();
  }

  #remove(stream: EventStream): void {
    this.#clients.get(stream)?.cancel();
    this.#clients.delete(stream);
    if (this.#clients.size === 0) this.#wake();
  }

  /** Looks for as long as somebody listens. */
  async #look(): Promise<void> {
    this.#state = 'looking';
    while (this.#clients.size > 0 && !this.#isClosed()) {
      const startedAt = this.options.clock.monotonic();
      await this.#tell();
      await this.#wait(startedAt + PERIOD - this.options.clock.monotonic());
    }
    // What was true then is not told to whoever comes next.
    this.#last = undefined;
    if (!this.#isClosed()) this.#state = 'idle';
  }

  async #tell(): Promise<void> {
    const view = await this.status.view();
    const now = this.options.clock.monotonic();
    const content = contentOf(view);
    const isDue = content !== this.#last?.content || now - this.#refreshedAt >= REFRESH;
    if (isDue) {
      this.#last = { frame: viewFrame(view), content };
      this.#refreshedAt = now;
      this.#broadcast(this.#last.frame, now);
    } else if (now - this.#sentAt >= HEARTBEAT) {
      this.#sentAt = now;
      for (const stream of this.#clients.keys()) stream.beat(pulseFrame(view));
    }
  }

  #broadcast(frame: string, now: number): void {
    this.#sentAt = now;
    for (const stream of this.#clients.keys()) stream.send(frame);
  }

  #wait(delay: number): Promise<void> {
    if (this.#clients.size === 0 || this.#isClosed()) return Promise.resolve();
    return new Promise((end) => {
      this.#pause = { timer: this.options.clock.setTimeout(end, delay), end };
    });
  }

  #wake(): void {
    this.#pause?.timer.cancel();
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** Asked anew after every wait: it changes meanwhile. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
