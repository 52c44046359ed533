import { inBackground } from '../../kit/index.js';
import { StoreError } from '../../errors/index.js';
import {
  evictionTrouble,
  explainRedisError,
  type RedisTrouble,
  type RedisTroubleContext,
  troubleLine,
} from '../../redis/index.js';
import { type Clock, systemClock } from '../clock.js';
import { leaseKeys } from '../lease-key.js';
import type { StoreWarning } from '../store-warning.js';
import { doorOf, placeOf, type RedisClient, type RedisTarget } from './connection.js';
import { LinkWarnings } from './link-warnings.js';

export interface LinkWatchOptions {
  readonly redis: RedisTarget;
  readonly prefix: string;
  /** Lua by command name. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly onWarning?: ((warning: StoreWarning) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** A Redis that may evict takes leases away while they are led, and tokens and ledgers with them. */
const EVICTED =
  'a lease that is evicted has two leaders until the next renewal, and cadence, cron slots and pauses may be forgotten. Fencing tokens hold';

type Place = Pick<RedisTroubleContext, 'address' | 'user' | 'tls'>;

/** Follows a connection: keeps what is not as it should be, and says of every error what it means and what to do about it. */
export class LinkWatch {
  readonly #warnings: LinkWarnings;
  readonly #place: Place;
  /** Of the connection that did not come about. */
  #trouble: RedisTrouble | undefined;
  #isElsewhere = false;
  #isClosed = false;

  constructor(private readonly options: LinkWatchOptions) {
    const { redis, clock = systemClock, onWarning = () => undefined } = options;
    this.#place = { address: placeOf(redis), ...doorOf(redis) };
    this.#warnings = new LinkWarnings(clock, onWarning);
  }

  get warnings(): readonly StoreWarning[] {
    return this.#warnings.all;
  }

  /** Why there is no connection. */
  get whyNot(): string {
    return troubleLine(this.#trouble ?? this.#explain(new Error('still connecting')));
  }

  /** The server has no database of the number that was asked for. It would answer all the same, from another one. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  follow(client: RedisClient): void {
    client.on('connect', () => {
      this.#trouble = undefined;
      this.#isElsewhere = false;
    });
    client.on('error', (error: Error & { readonly command?: { readonly name: string } }) => {
      this.#noConnection(error);
      this.#isElsewhere ||= error.command?.name === 'select';
    });
    client.on('close', () => {
      if (!this.#trouble) this.#noConnection(new Error('closed by the other side'));
    });
    client.on('ready', () => inBackground(this.#lookAtEviction(client)));
  }

  /** What happens from now on is meant. */
  close(): void {
    this.#isClosed = true;
  }

  /** A script on leases failed. */
  leasesFailed(error: unknown, script: string, leases: readonly { readonly key: string }[]): StoreError {
    return toStoreError(error, this.#explain(error, leases[0]?.key, script));
  }

  /** A command for the board failed: leases may be led all the same. */
  boardFailed(error: unknown): StoreError {
    const trouble = this.#explain(error);
    if (trouble.kind === 'command' || trouble.kind === 'keys') this.#warnings.repeat(trouble);
    return toStoreError(error, trouble);
  }

  readingFailed(cause: unknown, keys: readonly string[]): StoreError {
    const line = troubleLine(this.#explain(cause, keys[0]));
    return new StoreError(`Redis could not be read: ${line}`, { cause });
  }

  hintsWork(): void {
    this.#warnings.clear('channels');
  }

  /** Releases and commands are not heard of, or not published. */
  noHints(error: unknown): void {
    const trouble = this.#explain(error);
    if (trouble.kind !== 'channels' && trouble.kind !== 'command') return;
    const effect = 'a hand-over takes up to the retry interval';
    this.#warnings.set({ ...trouble, kind: 'channels', reason: `${trouble.reason}: ${effect}` });
  }

  /** Tells of something that happened; it is a warning for a while. */
  tell(trouble: RedisTrouble): void {
    this.#warnings.repeat(trouble);
  }

  #noConnection(error: unknown): void {
    if (this.#isClosed) return;
    this.#trouble = this.#explain(error);
  }

  /** Whoever may not ask does not get to know. */
  async #lookAtEviction(client: RedisClient): Promise<void> {
    const info: unknown = await client.info('memory').catch(() => undefined);
    // Not answered: what was known of it stays so.
    if (typeof info !== 'string') return;
    const trouble = evictionTrouble(info, this.#place.address, EVICTED);
    if (trouble) this.#warnings.set(trouble);
    else this.#warnings.clear('eviction');
  }

  #explain(error: unknown, key?: string, script?: string): RedisTrouble {
    if (error instanceof StoreError) return { kind: 'replica', reason: error.message, cure: '' };
    const { prefix, scripts } = this.options;
    const board = '~{background-services}:*';
    const all = key === undefined ? board : `${leasePatterns(key)} ${board}`;
    return explainRedisError(error, {
      ...this.#place,
      keys: prefix === '' ? all : `~${prefix}*`,
      channels: `&${prefix}background-services:*`,
      script: script === undefined ? undefined : scripts[script],
    });
  }
}

function leasePatterns(key: string): string {
  const { lease, token } = leaseKeys('', key);
  return `~${lease} ~${token.replace(/token$/, '*')}`;
}

function toStoreError(error: unknown, trouble: RedisTrouble): StoreError {
  return error instanceof StoreError ? error : new StoreError(troubleLine(trouble), { cause: error });
}
