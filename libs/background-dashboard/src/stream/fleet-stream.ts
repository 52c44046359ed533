import {
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  ServiceUnavailableException,
} from '@nestjs/common';
import { FleetStatus } from 'nestjs-background-services/fleet';
import type { Timer } from 'nestjs-background-services/store';
import {
  describeError,
  EventStream,
  inBackground,
  LibraryLog,
  toServerResponse,
} from 'nestjs-background-http-kit';
import { TooManyClientsError } from '../errors.js';
import type { ResolvedOptions } from '../options/index.js';
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
/** How often it is said that the fleet cannot be shown, ms. */
const REMINDER = 60_000;

const logger = new LibraryLog(new Logger('BackgroundDashboard'));

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
  #complainedAt = -Infinity;

  constructor(
    @Inject(FleetStatus) private readonly status: FleetStatus,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /** How many listen. */
  get clients(): number {
    return this.#clients.size;
  }

  /** @throws ServiceUnavailableException if the app is closing, TooManyClientsError if as many listen as may */
  assertOpen(): void {
    if (this.#state === 'closed') throw new ServiceUnavailableException('The app is shutting down');
    const { maxClients } = this.options;
    if (this.#clients.size >= maxClients) throw new TooManyClientsError(maxClients);
  }

  /**
   * Sends the whole view now, and again when it changes, at most once a second.
   * @param response of whichever HTTP adapter
   * @throws ServiceUnavailableException like `assertOpen`: others may have come, or the app may be closing, since that was asked
   */
  add(response: object): void {
    this.assertOpen();
    const stream = new EventStream(toServerResponse(response), { retry: RETRY });
    this.#clients.set(
      stream,
      this.options.clock.setTimeout(() => stream.close(), LONGEST),
    );
    stream.whenClosed(() => this.#remove(stream));
    if (this.#last) stream.send(this.#last.frame);
    if (this.#state === 'idle') inBackground(this.#look());
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
      await this.#tell().catch((error: unknown) => this.#complain(error));
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

  /** Whoever listens misses a beat, and looks again when the next one comes. At once, and again each minute for as long as it lasts. */
  #complain(error: unknown): void {
    const now = this.options.clock.monotonic();
    if (now - this.#complainedAt < REMINDER) return;
    this.#complainedAt = now;
    logger.warn(`The fleet cannot be shown: ${describeError(error).message}`);
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
