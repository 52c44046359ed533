import type { Cluster, Redis } from 'ioredis';
import { troubleLine } from 'nestjs-background-http-kit';
import { JobStoreError, JobStoreFullError } from '../../errors/index.js';
import type { RedisWatch } from './redis-watch.js';

/** Says why a command failed: where there is no connection, ioredis speaks of its retries only, and what broke it is in an earlier event. */
export class StoreErrors {
  #broken: Error | undefined;
  /** The server has no database of the number that was asked for. It answers all the same, from another one. */
  #elsewhere: Error | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(
    client: Redis | Cluster,
    private readonly watch: RedisWatch,
  ) {
    client.on('error', (error: Error & { readonly command?: { readonly name: string } }) => {
      this.#broken = error;
      if (error.command?.name === 'select') this.#elsewhere = error;
      this.lost('store', error);
    });
    client.on('connect', () => (this.#elsewhere = undefined));
    client.on('ready', () => (this.#broken = undefined));
  }

  /** @throws JobStoreError if what answers is another database */
  check(): void {
    if (this.#elsewhere) throw this.of(this.#elsewhere, 'SELECT');
  }

  /** A connection broke. */
  lost(what: string, error: unknown): void {
    if (this.#state === 'open') this.watch.failed(what, error);
  }

  /** A script failed. */
  of(cause: unknown, what: string, script?: string): JobStoreError {
    const trouble = this.watch.explain(this.#broken ?? cause, script);
    if (trouble.kind !== 'other' && this.#state === 'open') this.watch.troubles.failed(what, trouble);
    const Kind = trouble.kind === 'memory' ? JobStoreFullError : JobStoreError;
    return new Kind(`The job store in Redis fails: ${troubleLine(trouble)}`, { cause });
  }

  worked(what: string): void {
    this.watch.troubles.works(what);
  }

  /** What breaks from now on is meant to. */
  close(): void {
    this.#state = 'closed';
  }
}
