import { cut, describeError, type RevocationReason } from '../errors/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Term } from './term.js';
import { WAITING_LOG_INTERVAL } from './timing.js';

/** An instance id is shorter; what stands in the place of a lease may be anything. */
const HOLDER_LENGTH = 300;

/** What one election says in the log: the lines that operators look for. */
export class ElectionLog {
  #nextWaiting = 0;

  constructor(
    private readonly key: string,
    private readonly logger: LineLogger,
  ) {}

  /** A try was in vain. Says so the first time, and once a minute from then on. */
  waiting(attempts: number, since: number, now: number, leader: string | undefined): void {
    if (attempts > 1 && now < this.#nextWaiting) return;
    this.#nextWaiting = now + WAITING_LOG_INTERVAL;
    const holder = cut(leader ?? 'unknown', HOLDER_LENGTH);
    const waited = Math.round((now - since) / 1_000);
    this.logger.log(
      attempts === 1
        ? `Standing by for "${this.key}" (leader: ${holder})`
        : `Waiting for "${this.key}" for ${waited} s, ${attempts} attempts (leader: ${holder})`,
      { key: this.key, attempts, leader: holder },
    );
  }

  becameLeader({ fencingToken }: Term, attempts: number, waited: number): void {
    const tries = `${attempts} attempt${attempts === 1 ? '' : 's'} (${(waited / 1_000).toFixed(1)} s)`;
    this.logger.log(`Became LEADER of "${this.key}" after ${tries}, fencing token ${fencingToken}`, {
      key: this.key,
      token: fencingToken,
      attempts,
    });
  }

  heldBy(holder: string | null): void {
    const leader = cut(holder ?? 'nobody', HOLDER_LENGTH);
    this.logger.warn(`Lease "${this.key}" is held by ${leader} now`, { key: this.key, leader });
  }

  termEnds(reason: RevocationReason, { fencingToken }: Term): void {
    const what = `"${this.key}" (${reason}), fencing token ${fencingToken}`;
    const fields = { key: this.key, token: fencingToken, reason };
    if (reason === 'lost' || reason === 'deadline') this.logger.error(`LOST LEADERSHIP of ${what}`, fields);
    else this.logger.log(`Stepping down from ${what}`, fields);
  }

  undrained(names: readonly string[], ttl: number): void {
    this.logger.error(
      `Still running at the end of the drain: ${names.join(', ')}. ` +
        `The lease "${this.key}" is not released; it expires within ${ttl} ms.`,
      { key: this.key, workers: names },
    );
  }

  notReleased(error: Error): void {
    const { message } = describeError(error);
    this.logger.warn(`Could not release "${this.key}" (${message}); it expires by itself`, { key: this.key });
  }

  /** The duties threw, which they must not. */
  dutiesFailed(what: 'Beginning' | 'Draining' | 'Saving', error: unknown): void {
    const { message, stack } = describeError(error);
    this.logger.error(`${what} the work of "${this.key}" failed: ${message}`, { key: this.key }, stack);
  }
}
