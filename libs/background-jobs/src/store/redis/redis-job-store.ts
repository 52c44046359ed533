import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { JobStoreError } from '../../errors/index.js';
import {
  COUNTED,
  type FinalState,
  type Item,
  type ItemOutcome,
  type Job,
  JOB_STATES,
  type JobState,
  type ListedItem,
} from '../../model/index.js';
import {
  type CreateReply,
  type ItemQuery,
  type JobEnd,
  type JobNotice,
  type JobQuery,
  type JobStore,
  type NewJob,
  type Page,
  type Progress,
  type Retention,
  RETENTION_DEFAULTS,
  retentionOf,
  type Run,
  type RunReply,
} from '../job-store.js';
import { readItemCursor, readJobCursor } from '../cursors.js';
import {
  asCount,
  asTexts,
  decodeCreate,
  decodeItems,
  decodeJob,
  decodeJobs,
  decodeNotice,
  decodeProgress,
  decodeRun,
  encodeOutcome,
  unexpected,
} from './decode.js';
import { connect, type JobsRedis } from './redis-target.js';
import * as scripts from './scripts.js';

type ScriptName = keyof typeof scripts;

/** A hash tag keeps all keys in one slot of a Cluster. */
export const DEFAULT_PREFIX = '{background-jobs}';

/** So many jobs are removed, or items listed, at once, so that others are served in between. */
const BATCH = 1_000;

export interface RedisJobStoreOptions {
  readonly redis: JobsRedis;
  /** What all keys begin with; with a hash tag. @default '{background-jobs}' */
  readonly prefix?: string;
  readonly retention?: Retention;
  /** Told of connection errors, after which the connection goes on trying. */
  readonly onError?: (error: Error) => void;
}

/** Jobs in Redis. Every operation is one script: atomic, and one round trip. */
export class RedisJobStore implements JobStore {
  readonly durable = true;
  readonly #listeners = new Set<(notice: JobNotice) => void>();

  private constructor(
    private readonly client: Redis | Cluster,
    private readonly subscriber: Redis | Cluster,
    private readonly stem: string,
    private readonly retention: Retention,
  ) {
    for (const [name, lua] of Object.entries(scripts))
      client.defineCommand(commandOf(name), { numberOfKeys: 1, lua });
    subscriber.on('message', (_channel: string, text: string) => {
      const notice = decodeNotice(text);
      if (notice) for (const listener of [...this.#listeners]) listener(notice);
    });
  }

  /** @throws MissingJobsPackageError if ioredis cannot be loaded */
  static async open({
    redis,
    prefix = DEFAULT_PREFIX,
    retention = RETENTION_DEFAULTS,
    onError = () => undefined,
  }: RedisJobStoreOptions): Promise<RedisJobStore> {
    const client = await connect(redis);
    // It waits for messages for as long as it takes, and comes back by itself.
    const subscriber = await connect(redis, {
      maxRetriesPerRequest: null,
      // Of ioredis, 0 is no "off", but a time-out at once.
      socketTimeout: undefined,
      commandTimeout: undefined,
    });
    for (const connection of [client, subscriber]) connection.on('error', onError);
    const store = new RedisJobStore(client, subscriber, prefix, retention);
    subscriber.subscribe(`${keyPrefixOf(client)}${prefix}:notices`).catch(onError);
    return store;
  }

  async create({ id, type, request, createdAt, idempotency, maxPending }: NewJob): Promise<CreateReply> {
    const claim = idempotency
      ? [JSON.stringify([idempotency.scope, idempotency.key]), idempotency.fingerprint]
      : ['', ''];
    const limits = [maxPending ?? '', ...claim, idempotency?.retention ?? ''];
    const answer = await this.#run('CREATE', id, type, JSON.stringify(request ?? null), createdAt, ...limits);
    return decodeCreate(answer);
  }

  async get(id: string): Promise<Job | undefined> {
    return decodeJob(await this.#run('GET', id));
  }

  async list({ type = '', states = JOB_STATES, cursor, limit }: JobQuery): Promise<Page<Job>> {
    const after = readJobCursor(cursor) ?? '';
    return decodeJobs(await this.#run('LIST', after, limit, type, ...states));
  }

  async items(id: string, { status, cursor, limit }: ItemQuery): Promise<Page<Item> | undefined> {
    const answer = await this.#run('ITEMS', id, status ?? '', readItemCursor(cursor), limit);
    return answer === 0 ? undefined : decodeItems(answer);
  }

  async begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    const answer = await this.#run('BEGIN', id, at, this.retention.completed);
    if (answer === 'over' || answer === 'unknown') return answer;
    return decodeRun(answer);
  }

  /** In parts, so that others are served in between. A list is whole, and seen, with its last part; the first one of a later run takes its place. */
  async listItems(id: string, run: number, items: readonly ListedItem[], at: number): Promise<RunReply> {
    for (let from = 0; ; from += BATCH) {
      const isLast = from + BATCH >= items.length;
      const part = items
        .slice(from, from + BATCH)
        .flatMap(({ key, payload }) => [key, payload === undefined ? 0 : 1, payload ?? '']);
      const reply = await this.#runReply('LIST_ITEMS', id, run, at, from, isLast ? 1 : 0, ...part);
      if (isLast || reply === 'lost') return reply;
    }
  }

  async settle(
    id: string,
    run: number,
    key: string,
    outcome: ItemOutcome,
    at: number,
  ): Promise<Progress | 'lost'> {
    const answer = await this.#run(
      'SETTLE',
      id,
      run,
      key,
      encodeOutcome(outcome, at),
      COUNTED[outcome.status],
      at,
    );
    return answer === 0 ? 'lost' : decodeProgress(answer);
  }

  async announce(id: string): Promise<void> {
    await this.#run('ANNOUNCE', id);
  }

  finish(id: string, run: number, { state, error }: JobEnd, at: number): Promise<RunReply> {
    const problem = error === null ? '' : JSON.stringify(error);
    return this.#runReply('FINISH', id, run, state, problem, at, this.#retentionOf(state));
  }

  yield(id: string, run: number, at: number): Promise<RunReply> {
    return this.#runReply('YIELD', id, run, at);
  }

  async requestCancel(id: string, at: number): Promise<Job | undefined> {
    return decodeJob(await this.#run('CANCEL', id, at, this.#retentionOf('cancelled')));
  }

  async retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined> {
    const answer = await this.#run('RETRY', id, at);
    if (answer === 'unknown') return undefined;
    return answer === 'nothing' || answer === 'active' ? answer : decodeJob(answer);
  }

  async expire(now: number): Promise<void> {
    while (asCount(await this.#run('EXPIRE', now, BATCH)) === BATCH);
  }

  async active(limit: number): Promise<readonly string[]> {
    return asTexts(await this.#run('ACTIVE', limit));
  }

  async count(type: string, state: JobState): Promise<number> {
    return asCount(await this.#run('COUNT', type, state));
  }

  subscribe(listener: (notice: JobNotice) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => void this.#listeners.delete(listener));
  }

  close(): Promise<void> {
    this.#listeners.clear();
    this.client.disconnect();
    this.subscriber.disconnect();
    return Promise.resolve();
  }

  async #runReply(name: ScriptName, ...args: readonly (string | number)[]): Promise<RunReply> {
    const answer = await this.#run(name, ...args);
    return answer === 0 ? 'lost' : (decodeJob(answer) ?? unexpected(answer));
  }

  #run(name: ScriptName, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#do((redis) => {
      const commands = redis as unknown as Record<
        string,
        (...args: readonly (string | number)[]) => Promise<unknown>
      >;
      return commands[commandOf(name)]!(this.stem, ...args);
    });
  }

  async #do<Reply>(command: (redis: Redis | Cluster) => Promise<Reply>): Promise<Reply> {
    try {
      return await command(this.client);
    } catch (cause) {
      if (cause instanceof JobStoreError) throw cause;
      const { message } = cause as Error;
      throw new JobStoreError(`Redis does not answer, or refuses: ${message}`, { cause });
    }
  }

  #retentionOf(state: FinalState): number {
    return retentionOf(state, this.retention);
  }
}

function commandOf(name: string): string {
  return `bgj${name.toLowerCase().replaceAll('_', '')}`;
}

/** ioredis puts it before keys, not before channels; the scripts publish beside their keys. */
function keyPrefixOf({ options }: Redis | Cluster): string {
  const { keyPrefix = '', redisOptions } = options as RedisOptions & { readonly redisOptions?: RedisOptions };
  return String(keyPrefix || (redisOptions?.keyPrefix ?? ''));
}
