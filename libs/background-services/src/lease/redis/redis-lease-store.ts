import { StoreError } from '../../errors/index.js';
import { companionKeys } from '../lease-key.js';
import type {
  AcquireReply,
  AcquireRequest,
  Ledger,
  LeaseRef,
  LeaseStore,
  LeaseView,
  RecordReply,
  RecordRequest,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
  Unknown,
} from '../lease-store.js';
import { ACQUIRE_LUA } from './acquire.lua.js';
import {
  type ConnectionTimes,
  isCluster,
  keyPrefixOf,
  leaseConnection,
  type RedisClient,
  type RedisTarget,
  subscriberConnection,
} from './connection.js';
import { RECORD_LUA } from './record.lua.js';
import { RELEASE_LUA } from './release.lua.js';
import { RENEW_LUA } from './renew.lua.js';
import { asTtl, readAcquireReplies, readRecordReply, readReleaseReply, readRenewReplies } from './replies.js';

/** Leases per script call: keeps one call short for other users of the Redis, and within Lua's argument limit. */
const BATCH = 250;

/** The four scripts as ioredis offers them once defined: EVALSHA, and EVAL where the server does not know the script (any more). */
type Script = (numberOfKeys: number, ...args: (string | number)[]) => Promise<unknown>;
type Scripts = Readonly<Record<'bgsAcquire' | 'bgsRenew' | 'bgsRelease' | 'bgsRecord', Script>>;

export interface RedisLeaseStoreOptions extends ConnectionTimes {
  readonly redis: RedisTarget;
  /** Told of every connection error, after which the connection goes on trying. */
  readonly onError?: (error: Error) => void;
  /** `false`: no second connection, over which `watch()` hears of releases. @default true */
  readonly listen?: boolean;
}

/**
 * Leases on one Redis (standalone, behind Sentinel, or Cluster). Every operation is one atomic script; the replies of a batch travel in
 * one round trip. The store keeps no state of its own: what it knows is what Redis says.
 */
export class RedisLeaseStore implements LeaseStore {
  readonly name = 'redis';
  readonly shared = true;
  readonly #client: RedisClient & Scripts;
  readonly #subscriber: RedisClient;
  readonly #prefix: string;
  readonly #channel: string;
  readonly #batch: number;
  readonly #commandTimeout: number;
  readonly #listeners = new Set<ReleaseListener>();
  #lastError: Error | undefined;
  #connecting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ redis, commandTimeout, onError = () => undefined, listen = true }: RedisLeaseStoreOptions) {
    this.#prefix = keyPrefixOf(redis);
    this.#channel = `${this.#prefix}background-services:released`;
    this.#commandTimeout = commandTimeout;
    const client = leaseConnection(redis, { commandTimeout });
    // In Cluster the keys of one call must share a slot, which only the three keys of one lease do.
    this.#batch = isCluster(client) ? 1 : BATCH;
    client.defineCommand('bgsAcquire', { lua: ACQUIRE_LUA });
    client.defineCommand('bgsRenew', { lua: RENEW_LUA });
    client.defineCommand('bgsRelease', { lua: RELEASE_LUA });
    client.defineCommand('bgsRecord', { lua: RECORD_LUA });
    this.#client = client as RedisClient & Scripts;
    this.#subscriber = subscriberConnection(redis);
    this.#client.on('error', (error: Error) => {
      this.#lastError = error;
      onError(error);
    });
    this.#subscriber.on('error', onError);
    this.#subscriber.on('ready', () => void this.#subscriber.subscribe(this.#channel).catch(onError));
    this.#subscriber.on('message', (_channel: string, message: string) => this.#onMessage(message));
    // Connection errors reach `onError`; both connections go on trying, and no command waits for them longer than its time limit.
    const connections = listen ? [this.#client, this.#subscriber] : [this.#client];
    for (const connection of connections) connection.connect().catch(() => undefined);
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#inBatches(requests, async (batch) => {
      const { holder, ttl } = batch[0];
      const args = [holder, Math.ceil(ttl), ...batch.map(({ tokenFloor }) => tokenFloor)];
      return readAcquireReplies(await this.#run('bgsAcquire', batch, args), batch.length);
    });
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#inBatches(requests, async (batch) => {
      const { holder, ttl } = batch[0];
      const leases = batch.flatMap(({ token, ledger }) => [token, ...withSize(flatten(ledger))]);
      const args = [holder, Math.ceil(ttl), ...leases];
      return readRenewReplies(await this.#run('bgsRenew', batch, args), batch.length);
    });
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const args = [request.holder, request.token, this.#channel, ...flatten(request.ledger)];
    try {
      return readReleaseReply(await this.#run('bgsRelease', [request], args));
    } catch (error) {
      return unknown(error);
    }
  }

  async record({ expected, ...request }: RecordRequest): Promise<RecordReply> {
    const mode = expected === undefined ? ['any'] : expected === null ? ['absent'] : ['equals', expected];
    const args = [request.holder, request.token, request.field, request.value, ...mode];
    try {
      return readRecordReply(await this.#run('bgsRecord', [request], args));
    } catch (error) {
      return unknown(error);
    }
  }

  async inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    await this.#ready();
    return Promise.all(
      keys.map(async (key) => {
        const lease = this.#prefix + key;
        const [holder, pttl, token] = await Promise.all([
          this.#client.get(lease).catch(ifWrongType),
          this.#client.pttl(lease),
          this.#client.get(companionKeys(lease).token).catch(ifWrongType),
        ]);
        return { key, holder, ttl: asTtl(pttl), token: token && /^\d+$/.test(token) ? Number(token) : null };
      }),
    );
  }

  watch(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#subscriber.disconnect();
    // QUIT lets what was written before be answered; a Redis that does not answer is left behind.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
  }

  /** Runs a script; what is asked for in one tick goes out in one tick. */
  async #run(script: keyof Scripts, leases: readonly { readonly key: string }[], args: (string | number)[]) {
    if (!this.#isReady) await this.#ready();
    const keys = leases.flatMap(({ key }) => {
      const lease = this.#prefix + key;
      const { token, ledger } = companionKeys(lease);
      return [lease, token, ledger];
    });
    return this.#client[script](keys.length, ...keys, ...args);
  }

  get #isReady(): boolean {
    return this.#client.status === 'ready' && !this.#closing;
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
    const why = this.#closing ? 'the store is closed' : (this.#lastError?.message ?? this.#client.status);
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
      this.#client.on('ready', done).on('close', done);
    });
  }

  /** A call for up to `#batch` requests of one holder and one TTL. */
  async #inBatches<Request extends LeaseRef & { readonly ttl: number }, Reply>(
    requests: readonly Request[],
    run: (batch: readonly [Request, ...Request[]]) => Promise<readonly Reply[]>,
  ): Promise<readonly (Reply | Unknown)[]> {
    const batches: [Request, ...Request[]][] = [];
    for (const request of requests) {
      const last = batches.at(-1);
      const joins =
        last && last.length < this.#batch && last[0].holder === request.holder && last[0].ttl === request.ttl;
      if (joins) last.push(request);
      else batches.push([request]);
    }
    const calls = batches.map((batch) =>
      run(batch).catch((error: unknown): (Reply | Unknown)[] => batch.map(() => unknown(error))),
    );
    return (await Promise.all<readonly (Reply | Unknown)[]>(calls)).flat();
  }

  #onMessage(message: string): void {
    const [lease = '', holder = ''] = message.split('\n');
    if (!lease.startsWith(this.#prefix)) return;
    for (const listener of [...this.#listeners]) listener({ key: lease.slice(this.#prefix.length), holder });
  }
}

function unknown(cause: unknown): Unknown {
  const error = cause instanceof Error ? cause : new StoreError(String(cause));
  // ioredis speaks of its options here, which are none of the reader's.
  const isBroken = error.name === 'MaxRetriesPerRequestError';
  return { outcome: 'unknown', error: isBroken ? new StoreError('The connection to Redis broke') : error };
}

function flatten(ledger: Ledger): string[] {
  return Object.entries(ledger).flat();
}

function withSize(values: readonly string[]): (string | number)[] {
  return [values.length, ...values];
}

function ifWrongType(error: Error): string | null {
  if (error.message.startsWith('WRONGTYPE')) return '(not a string)';
  throw error;
}
