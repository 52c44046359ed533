import { cut, describeError, type RevocationReason } from '../errors/index.js';
import type { EventSink } from '../events/index.js';
import { callGuest } from '../kit/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Term } from './term.js';
import { WAITING_LOG_INTERVAL } from './timing.js';

/** An instance id is shorter; what stands in the place of a lease may be anything. */
const HOLDER_LENGTH = 300;

/**
 * Tells of one election: the log lines that operators look for, and the events. Loggers and listeners are guests: what they do stays in here,
 * and never stops an election.
 */
export class ElectionReporter {
  #nextWaiting = 0;

  constructor(
    readonly key: string,
    private readonly logger: LineLogger,
    private readonly events: EventSink | undefined,
  ) {}

  /** A try was in vain. Says so the first time, and once a minute from then on. */
  waiting(attempts: number, since: number, now: number, leader: string | undefined): void {
    if (attempts > 1 && now < this.#nextWaiting) return;
    this.#nextWaiting = now + WAITING_LOG_INTERVAL;
    const waited = Math.round((now - since) / 1_000);
    this.#log((logger, { key }) => {
      const holder = cut(leader ?? 'unknown', HOLDER_LENGTH);
      const text =
        attempts === 1
          ? `Standing by for "${key}" (leader: ${holder})`
          : `Waiting for "${key}" for ${waited} s, ${attempts} attempts (leader: ${holder})`;
      logger.log(text, { key, attempts, leader: holder });
    });
  }

  becameLeader({ fencingToken: token }: Term, attempts: number, waited: number): void {
    const tries = `${attempts} attempt${attempts === 1 ? '' : 's'} (${(waited / 1_000).toFixed(1)} s)`;
    this.#log((logger, { key }) =>
      logger.log(`Became LEADER of "${key}" after ${tries}, fencing token ${token}`, {
        key,
        token,
        attempts,
      }),
    );
  }

  /** Told to listeners once the work has begun. */
  elected({ fencingToken: token }: Term, attempts: number, waited: number): void {
    this.#emit({ type: 'elected', key: this.key, token, attempts, waited });
  }

  heldBy(holder: string | null): void {
    this.#log((logger, { key }) => {
      const leader = cut(holder ?? 'nobody', HOLDER_LENGTH);
      logger.warn(`Lease "${key}" is held by ${leader} now`, { key, leader });
    });
  }

  /** @param heir the replica that the lease is left to */
  termEnds(reason: RevocationReason, { fencingToken: token }: Term, heir?: string): void {
    this.#log((logger, { key }) => {
      const what = `"${key}" (${reason}), fencing token ${token}`;
      const fields = { key, token, reason };
      if (reason === 'lost' || reason === 'deadline') logger.error(`LOST LEADERSHIP of ${what}`, fields);
      else if (heir === undefined) logger.log(`Stepping down from ${what}`, fields);
      else logger.log(`Handing over ${what} to ${heir}`, { ...fields, heir });
    });
    this.#emit({ type: 'revoked', key: this.key, token, reason });
  }

  undrained(workers: readonly string[], ttl: number): void {
    this.#log((logger, { key }) =>
      logger.error(
        `Still running at the end of the drain: ${workers.join(', ')}. ` +
          `The lease "${key}" is not released; it expires within ${ttl} ms.`,
        { key, workers },
      ),
    );
  }

  notReleased(error: Error): void {
    this.#log((logger, { key }) => {
      const { message } = describeError(error);
      logger.warn(`Could not release "${key}" (${message}); it expires by itself`, { key });
    });
  }

  /** The duties or the keeper threw, which they must not. */
  dutiesFailed(what: 'Beginning' | 'Draining' | 'Saving' | 'Keeping' | 'Placing', error: unknown): void {
    this.#log((logger, { key }) => {
      const { message, details } = describeError(error);
      logger.error(`${what} the work of "${key}" failed: ${message}`, { key }, details);
    });
  }

  storeFailed(operation: 'record' | 'release', error: Error): void {
    const { message } = describeError(error);
    this.#emit({ type: 'lease-error', operation, keys: [this.key], message });
  }

  #log(write: (logger: LineLogger, about: { readonly key: string }) => void): void {
    callGuest(() => write(this.logger, this));
  }

  #emit(event: Parameters<EventSink['emit']>[0]): void {
    callGuest(() => this.events?.emit(event));
  }
}
