import { Cluster } from 'ioredis';
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
  keyPrefixOf,
  leaseConnection,
  type RedisClient,
  type RedisTarget,
  subscriberConnection,
} from './connection.js';
import { RECORD_LUA } from './record.lua.js';
import { RELEASE_LUA } from './release.lua.js';
import { RENEW_LUA } from './renew.lua.js';

/** Leases per script call: keeps one call short for other users of the Redis, and within Lua's argument limit. */
const BATCH = 250;

/** The four scripts as ioredis offers them once defined: EVALSHA, and EVAL where the server does not know the script (any more). */
type Script = (numberOfKeys: number, ...args: (string | number)[]) => Promise<unknown>;
type Scripts = Readonly<Record<'bgsAcquire' | 'bgsRenew' | 'bgsRelease' | 'bgsRecord', Script>>;

export interface RedisLeaseStoreOptions extends ConnectionTimes {
  readonly redis: RedisTarget;
  /** Told of every connection error, after which the connection goes on trying. */
  readonly onError?: (error: Error) => void;
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
  #closed = false;

  constructor({ redis, commandTimeout, onError = () => undefined }: RedisLeaseStoreOptions) {
    this.#prefix = keyPrefixOf(redis);
    this.#channel = `${this.#prefix}background-services:released`;
    this.#commandTimeout = commandTimeout;
    const client = leaseConnection(redis, { commandTimeout });
    // In Cluster the keys of one call must share a slot, which only the three keys of one lease do.
    this.#batch = client instanceof Cluster ? 1 : BATCH;
    client.defineCommand('bgsAcquire', { lua: ACQUIRE_LUA });
    client.defineCommand('bgsRenew', { lua: RENEW_LUA });
    client.defineCommand('bgsRelease', { lua: RELEASE_LUA });
    client.defineCommand('bgsRecord', { lua: RECORD_LUA });
    this.#client = client as RedisClient & Scripts;
    this.#subscriber = subscriberConnection(redis);
    for (const connection of [this.#client, this.#subscriber]) connection.on('error', onError);
    this.#subscriber.on('message', (_channel: string, message: string) => this.#onMessage(message));
    this.#open();
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#inBatches(requests, async (batch) => {
      const { holder, ttl } = batch[0];
      const args = [holder, ttl, ...batch.map(({ tokenFloor }) => tokenFloor)];
      const [storeTime, ...replies] = asArray(await this.#run('bgsAcquire', batch, args));
      return replies.map((reply) => toAcquireReply(asArray(reply), Number(storeTime)));
    });
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#inBatches(requests, async (batch) => {
      const { holder, ttl } = batch[0];
      const args = [
        holder,
        ttl,
        ...batch.flatMap(({ token, ledger }) => [token, ...withSize(flatten(ledger))]),
      ];
      const [storeTime, ...replies] = asArray(await this.#run('bgsRenew', batch, args));
      return replies.map((reply) => {
        const [renewed, current] = asArray(reply);
        return renewed === 1 ? { outcome: 'renewed', storeTime: Number(storeTime) } : lostTo(current);
      });
    });
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const args = [request.holder, request.token, this.#channel, ...flatten(request.ledger)];
    try {
      const [released, current] = asArray(await this.#run('bgsRelease', [request], args));
      return released === 1 ? { outcome: 'released' } : lostTo(current);
    } catch (error) {
      return unknown(error);
    }
  }

  async record({ expected, ...request }: RecordRequest): Promise<RecordReply> {
    const mode = expected === undefined ? ['any'] : expected === null ? ['absent'] : ['equals', expected];
    const args = [request.holder, request.token, request.field, request.value, ...mode];
    try {
      const [code, current] = asArray(await this.#run('bgsRecord', [request], args));
      if (code === 1) return { outcome: 'recorded' };
      return code === 2 ? { outcome: 'conflict', current: asText(current) } : lostTo(current);
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
        return { key, holder, ttl: pttl >= 0 ? pttl : null, token: token === null ? null : Number(token) };
      }),
    );
  }

  watch(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscriber.disconnect();
    // QUIT lets what was written before be answered; a Redis that does not answer is left behind.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
  }

  #open(): void {
    // Connection errors reach `onError`; both connections go on trying, and no command waits for them longer than its time limit.
    this.#client.connect().catch(() => undefined);
    this.#subscriber
      .connect()
      .catch(() => undefined)
      .then(() => this.#subscriber.subscribe(this.#channel))
      .catch(() => undefined);
  }

  async #run(script: keyof Scripts, leases: readonly { readonly key: string }[], args: (string | number)[]) {
    await this.#ready();
    const keys = leases.flatMap(({ key }) => {
      const lease = this.#prefix + key;
      const { token, ledger } = companionKeys(lease);
      return [lease, token, ledger];
    });
    return this.#client[script](keys.length, ...keys, ...args);
  }

  /** Lets the very first commands wait for the connection that is being opened, so that a boot does not begin with an error. */
  async #ready(): Promise<void> {
    if (this.#client.status !== 'connecting' && this.#client.status !== 'connect') return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#client.off('ready', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, this.#commandTimeout);
      this.#client.on('ready', done).on('close', done);
    });
  }

  async #inBatches<Request extends LeaseRef, Reply>(
    requests: readonly Request[],
    run: (batch: readonly [Request, ...Request[]]) => Promise<readonly Reply[]>,
  ): Promise<readonly (Reply | Unknown)[]> {
    const batches: Promise<readonly (Reply | Unknown)[]>[] = [];
    for (let start = 0; start < requests.length; start += this.#batch) {
      const batch = requests.slice(start, start + this.#batch) as [Request, ...Request[]];
      batches.push(run(batch).catch((error: unknown) => batch.map(() => unknown(error))));
    }
    return (await Promise.all(batches)).flat();
  }

  #onMessage(message: string): void {
    const [lease = '', holder = ''] = message.split('\n');
    if (!lease.startsWith(this.#prefix)) return;
    for (const listener of [...this.#listeners]) listener({ key: lease.slice(this.#prefix.length), holder });
  }
}

function toAcquireReply([code, ...rest]: readonly unknown[], storeTime: number): AcquireReply {
  if (code === 1)
    return { outcome: 'acquired', token: Number(rest[0]), ledger: unflatten(asArray(rest[1])), storeTime };
  const ttl = Number(rest[1]);
  return { outcome: 'held', holder: String(rest[0]), ttl: ttl >= 0 ? ttl : null };
}

function lostTo(holder: unknown): { outcome: 'lost'; holder: string | null } {
  return { outcome: 'lost', holder: asText(holder) || null };
}

function unknown(error: unknown): Unknown {
  return { outcome: 'unknown', error: error instanceof Error ? error : new StoreError(String(error)) };
}

function flatten(ledger: Ledger): string[] {
  return Object.entries(ledger).flat();
}

function unflatten(pairs: readonly unknown[]): Ledger {
  const ledger: Record<string, string> = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) ledger[String(pairs[i])] = String(pairs[i + 1]);
  return ledger;
}

function withSize(values: readonly string[]): (string | number)[] {
  return [values.length, ...values];
}

function asArray(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply))
    throw new StoreError(`Redis answered a script with ${typeof reply}, expected an array`);
  return reply;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function ifWrongType(error: Error): string | null {
  if (error.message.startsWith('WRONGTYPE')) return '(not a string)';
  throw error;
}
