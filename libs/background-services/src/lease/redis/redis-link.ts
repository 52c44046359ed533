import { inBackground } from '../../kit/index.js';
import { StoreError } from '../../errors/index.js';
import type { RedisTrouble } from '../../redis/index.js';
import type { Clock } from '../clock.js';
import { leaseKeys, shardedKeys } from '../lease-key.js';
import type { LeaseView, Release } from '../lease-store.js';
import type { StoreWarning } from '../store-warning.js';
import { LinkWatch } from './link-watch.js';
import {
  type ConnectionTimes,
  isCluster,
  keyPrefixOf,
  leaseConnection,
  type RedisClient,
  type RedisTarget,
  subscriberConnection,
} from './connection.js';
import { asText, asTtl } from './replies.js';
import { releasedKeys } from './shards/released-keys.js';

/** A release as it was published. */
export interface ReleaseNotice extends Release {
  /** Absent of shards, of what an operator freed, and from a replica of an older version. */
  readonly token: string | undefined;
}

export interface RedisLinkOptions<Script extends string> extends ConnectionTimes {
  readonly redis: RedisTarget;
  /** Lua by command name. */
  readonly scripts: Readonly<Record<Script, string>>;
  /** `undefined`: nobody listens, and the second connection is not made. */
  readonly onRelease: ((notice: ReleaseNotice) => void) | undefined;
  /** Told of every connection error, after which the connection goes on trying. */
  readonly onError: (error: Error) => void;
  /** Told of what works, and not as it should: at once, and each minute while it goes on. */
  readonly onWarning?: (warning: StoreWarning) => void;
  readonly clock?: Clock | undefined;
  /** How many replicas must have a write of a script before it counts. @default 0 */
  readonly waitReplicas?: number;
}

/** A script as ioredis offers it once defined: EVALSHA, and EVAL where the server does not know the script (any more). */
type ScriptCall = (numberOfKeys: number, ...args: (string | number)[]) => Promise<unknown>;

/**
 * The two connections to one Redis: one for scripts on leases, one that hears of releases. A command waits for a connection that is being
 * opened, and no longer than its time limit for anything.
 */
export class RedisLink<Script extends string> {
  /** Where releases are published. */
  readonly channel: string;
  /** What the target puts before every key. */
  readonly prefix: string;
  readonly isCluster: boolean;
  readonly #client: RedisClient;
  readonly #scripts: Readonly<Record<Script, ScriptCall>>;
  readonly #subscriber: RedisClient;
  readonly #listeners = new Map<string, (message: string) => void>();
  readonly #commandTimeout: number;
  readonly #waitReplicas: number;
  readonly #watch: LinkWatch;
  #connecting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RedisLinkOptions<Script>) {
    const { redis, commandTimeout, scripts, onRelease, onError, waitReplicas = 0 } = options;
    this.prefix = keyPrefixOf(redis);
    this.channel = `${this.prefix}background-services:released`;
    this.#watch = new LinkWatch({ ...options, prefix: this.prefix });
    this.#commandTimeout = commandTimeout;
    this.#waitReplicas = waitReplicas;
    const client = leaseConnection(redis, { commandTimeout });
    this.isCluster = isCluster(client);
    for (const [name, lua] of Object.entries<string>(scripts)) client.defineCommand(name, { lua });
    this.#client = client;
    this.#scripts = client as RedisClient & Readonly<Record<string, ScriptCall>>;
    this.#subscriber = subscriberConnection(redis);
    this.#watch.follow(client);
    client.on('error', onError);
    this.#subscriber.on('error', onError);
    this.#subscriber.on('ready', () => inBackground(this.#subscribe(onError)));
    this.#subscriber.on('message', (channel: string, message: string) =>
      this.#listeners.get(channel)?.(message),
    );
    this.listen(this.channel, (message) => {
      const [lease = '', holder = '', token, heir] = message.split('\n');
      if (!lease.startsWith(this.prefix)) return;
      for (const key of releasedKeys(lease.slice(this.prefix.length)))
        onRelease?.({ key, holder, token: token || undefined, heir: heir || undefined });
    });
    // Connection errors reach `onError`; both connections go on trying, and no command waits for them longer than its time limit.
    const connections = onRelease ? [this.#client, this.#subscriber] : [this.#client];
    for (const connection of connections) connection.connect().catch(() => undefined);
  }

  /** What works, and not as it should. */
  get warnings(): readonly StoreWarning[] {
    return this.#watch.warnings;
  }

  async #subscribe(onError: (error: Error) => void): Promise<void> {
    try {
      await this.#subscriber.subscribe(...this.#listeners.keys());
      this.#watch.hintsWork();
    } catch (error) {
      this.noHints(error);
      onError(error as Error);
    }
  }

  /** Releases and commands are not heard of, or not published: what is missing is said, and everything else goes on. */
  noHints(error: unknown): void {
    this.#watch.noHints(error);
  }

  /** Tells of something that was noticed. */
  warn(trouble: RedisTrouble): void {
    this.#watch.tell(trouble);
  }

  /** Hears of what is published on one more channel. To be called before the connection is made, in the tick that made this link. */
  listen(channel: string, listener: (message: string) => void): void {
    this.#listeners.set(channel, listener);
  }

  /**
   * Runs plain commands on the connection of the leases; what is asked for in one tick goes out in one tick.
   * @throws StoreError if there is no connection
   */
  async use<Result>(commands: (redis: RedisClient) => Promise<Result>): Promise<Result> {
    if (!this.#isReady) await this.#ready();
    return commands(this.#client).catch((error: unknown) => {
      throw this.#watch.boardFailed(error);
    });
  }

  /**
   * Runs a script on leases, each with its token and its ledger; what is asked for in one tick goes out in one tick.
   * @throws StoreError that says what is wrong, and what to do about it
   */
  run(
    script: Script,
    leases: readonly { readonly key: string }[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const keys = leases.flatMap(({ key }) => {
      const { lease, token, ledger } = leaseKeys(this.prefix, key);
      return [lease, token, ledger];
    });
    return this.#run(script, keys, leases, args);
  }

  /**
   * Runs a script on the shards of one key.
   * @throws StoreError that says what is wrong, and what to do about it
   */
  runOnShards(script: Script, key: string, args: readonly (string | number)[]): Promise<unknown> {
    const { lease, shards, sessions, token, ledger } = shardedKeys(this.prefix, key);
    return this.#run(script, [lease, shards, sessions, token, ledger], [{ key }], args);
  }

  /**
   * Runs a script on keys of the board; what is asked for in one tick goes out in one tick.
   * @throws StoreError if there is no connection, or that says what is wrong
   */
  runOnBoard(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.use(() => this.#scripts[script](keys.length, ...keys, ...args));
  }

  async #run(
    script: Script,
    keys: readonly string[],
    leases: readonly { readonly key: string }[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    if (!this.#isReady) await this.#ready();
    const socket = this.#socket;
    try {
      const answer = await this.#scripts[script](keys.length, ...keys, ...args);
      if (this.#waitReplicas > 0) await this.#replicated(socket);
      return answer;
    } catch (error) {
      throw this.#watch.leasesFailed(error, script, leases);
    }
  }

  /**
   * Waits until enough replicas have what was written on this connection.
   * @throws StoreError if they do not in time, or if the connection is another one now: it knows nothing of the write
   */
  async #replicated(socket: unknown): Promise<void> {
    const patience = Math.floor(this.#commandTimeout / 2);
    const confirmed = await this.#client.wait(this.#waitReplicas, patience);
    if (this.#socket !== socket)
      throw new StoreError('The connection to Redis broke before replicas confirmed the write');
    if (confirmed >= this.#waitReplicas) return;
    throw new StoreError(
      `${confirmed} of ${this.#waitReplicas} Redis replicas confirmed the write within ${patience} ms`,
    );
  }

  get #socket(): unknown {
    return 'stream' in this.#client ? this.#client.stream : undefined;
  }

  /**
   * Reads leases without touching them.
   * @throws StoreError
   */
  async inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    await this.#ready();
    try {
      return await Promise.all(keys.map((key) => this.#look(key)));
    } catch (cause) {
      throw this.#watch.readingFailed(cause, keys);
    }
  }

  async #look(key: string): Promise<LeaseView> {
    const { lease, token: tokenKey } = leaseKeys(this.prefix, key);
    const [holder, pttl, token] = await Promise.all([
      this.#client.get(lease).then(asTextOrNull, ifWrongType),
      this.#client.pttl(lease),
      this.#client.get(tokenKey).then(asTextOrNull, ifWrongType),
    ]);
    return { key, holder, ttl: asTtl(pttl), token: token && /^\d+$/.test(token) ? Number(token) : null };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watch.close();
    this.#subscriber.disconnect();
    // QUIT lets what was written before be answered; a Redis that does not answer is left behind.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
  }

  get #isReady(): boolean {
    return this.#client.status === 'ready' && !this.#closing && !this.#watch.isElsewhere;
  }

  /**
   * Waits for a connection that is being opened, so that a boot does not begin with an error, but no longer than for a command.
   * @throws StoreError that says why there is no connection
   */
  async #ready(): Promise<void> {
    if (this.#client.status === 'connecting' || this.#client.status === 'connect') {
      this.#connecting ??= this.#connected().finally(() => (this.#connecting = undefined));
      await this.#connecting;
    }
    if (this.#isReady) return;
    const why = this.#closing ? 'the store is closed' : this.#watch.whyNot;
    throw new StoreError(`No connection to Redis: ${why}`);
  }

  #connected(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#client.off('ready', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, this.#commandTimeout);
      this.#client.on('close', done).on('ready', done);
    });
  }
}

function asTextOrNull(value: unknown): string | null {
  return value === null ? null : asText(value);
}

function ifWrongType(error: Error): string | null {
  if (error.message.startsWith('WRONGTYPE')) return '(not a string)';
  throw error;
}
