import { Logger } from '@nestjs/common';
import {
  type CircuitBreakerPolicy,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from 'cockatiel';

/** The part of a Redis client that publishing needs. */
export interface PublishingClient {
  publish(channel: string, message: string): Promise<unknown>;
}

export interface PublisherOptions {
  /** How long nothing is sent once publishing has failed `failures` times in a row, ms. Then one message tries. */
  readonly retryAfter: number;
  /** @default 5 */
  readonly failures?: number;
  /** Messages on their way to Redis; further ones are dropped. @default 100 */
  readonly inFlight?: number;
}

export interface PublisherStatus {
  /** `off`: there is no Redis to publish to. */
  readonly state: 'off' | 'closed' | 'open' | 'half-open';
  readonly published: number;
  readonly dropped: {
    /** Redis did not take it, or did not answer in time. */
    readonly failed: number;
    /** The breaker was open. */
    readonly open: number;
    /** Too many were on their way. */
    readonly crowded: number;
  };
  readonly openings: number;
}

/**
 * Publishes for as long as Redis is there, and drops and counts while it is not. Whoever publishes never waits: streamed prices are worth nothing a
 * second later, so there is no queue.
 */
export class Publisher {
  private readonly logger = new Logger('TickerPublisher');
  private readonly breaker: CircuitBreakerPolicy;
  private readonly most: number;
  private onTheWay = 0;
  private published = 0;
  private failed = 0;
  private open = 0;
  private crowded = 0;
  private openings = 0;

  /** @param client none: nothing is published */
  constructor(
    private readonly client: PublishingClient | undefined,
    { retryAfter, failures = 5, inFlight = 100 }: PublisherOptions,
  ) {
    this.most = inFlight;
    this.breaker = circuitBreaker(handleAll, {
      halfOpenAfter: retryAfter,
      breaker: new ConsecutiveBreaker(failures),
    });
    this.breaker.onStateChange((state) => this.noteState(state));
  }

  /** Sends a message or drops it, and returns at once. @param message made only if it is sent */
  publish(channel: string, message: () => string): void {
    const { client } = this;
    if (!client) return;
    if (this.onTheWay >= this.most) {
      this.crowded++;
      return;
    }
    this.onTheWay++;
    void this.send(client, channel, message);
  }

  status(): PublisherStatus {
    const { published, failed, open, crowded, openings } = this;
    return { state: this.state, published, dropped: { failed, open, crowded }, openings };
  }

  private get state(): PublisherStatus['state'] {
    if (!this.client) return 'off';
    switch (this.breaker.state) {
      case CircuitState.Closed:
        return 'closed';
      case CircuitState.HalfOpen:
        return 'half-open';
      case CircuitState.Open:
      case CircuitState.Isolated:
        return 'open';
    }
  }

  private async send(client: PublishingClient, channel: string, message: () => string): Promise<void> {
    try {
      await this.breaker.execute(() => client.publish(channel, message()));
      this.published++;
    } catch (error) {
      if (isBrokenCircuitError(error)) this.open++;
      else this.failed++;
    } finally {
      this.onTheWay--;
    }
  }

  private noteState(state: CircuitState): void {
    if (state === CircuitState.Open) {
      this.openings++;
      this.logger.warn('Redis does not take what is published: dropping it until it does');
    }
    if (state === CircuitState.Closed) this.logger.log('Redis takes what is published again');
  }
}
