import type { Cluster, Redis } from 'ioredis';
import { JobStoreError } from '../../errors/index.js';
import {
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
import { COUNTED } from '../memory/memory-job-store.js';
import {
  asTexts,
  decodeItem,
  decodeJob,
  decodeNotice,
  decodeProgress,
  encodeOutcome,
  unexpected,
} from './decode.js';
import { connect, type JobsRedis } from './redis-target.js';
import * as scripts from './scripts.js';

type ScriptName = keyof typeof scripts;

/** A hash tag keeps all keys in one slot of a Cluster. */
export const DEFAULT_PREFIX = '{background-jobs}';

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
      socketTimeout: 0,
      commandTimeout: 0,
    });
    for (const connection of [client, subscriber]) connection.on('error', onError);
    const store = new RedisJobStore(client, subscriber, prefix, retention);
    subscriber.subscribe(`${prefix}:notices`).catch(onError);
    return store;
  }

  async create({ id, type, request, createdAt, idempotency, maxPending }: NewJob): Promise<CreateReply> {
    const claim = idempotency
      ? [`${idempotency.scope}\n${idempotency.key}`, idempotency.fingerprint]
      : ['', ''];
    const limits = [maxPending ?? '', ...claim, idempotency?.retention ?? ''];
    const answer = await this.#run('CREATE', id, type, JSON.stringify(request ?? null), createdAt, ...limits);
    const [outcome, detail] = answer as [string, unknown];
    switch (outcome) {
      case 'created':
      case 'replayed':
        return { outcome, job: decodeJob(detail) ?? unexpected(detail) };
      case 'mismatch':
        return { outcome, id: String(detail) };
      case 'full':
        return { outcome, pending: Number(detail) };
      default:
        return unexpected(answer);
    }
  }

  async get(id: string): Promise<Job | undefined> {
    return decodeJob(
      Object.entries(await this.#do((redis) => redis.hgetall(`${this.stem}:job:${id}`))).flat(),
    );
  }

  /** Each type and state has an index of its own, which are merged: as many ids of each are read as are asked for. */
  async list({ type, states = JOB_STATES, cursor, limit }: JobQuery): Promise<Page<Job>> {
    const types =
      type === undefined ? await this.#do((redis) => redis.smembers(`${this.stem}:types`)) : [type];
    const max = cursor === undefined ? '+' : `(${cursor}`;
    const found = await this.#do((redis) =>
      Promise.all(
        types
          .flatMap((each) => states.map((state) => this.#index(each, state)))
          .map((index) => redis.zrevrangebylex(index, max, '-', 'LIMIT', 0, limit + 1)),
      ),
    );
    const ids = found.flat().sort().reverse();
    const jobs = await Promise.all(ids.slice(0, limit).map((id) => this.get(id)));
    return {
      entries: jobs.filter((job) => job !== undefined),
      next: ids.length > limit ? ids[limit - 1] : undefined,
    };
  }

  async items(id: string, { status, cursor, limit }: ItemQuery): Promise<Page<Item> | undefined> {
    const answer = await this.#run('ITEMS', id, status ?? '', cursor ?? 0, limit);
    if (answer === 0) return undefined;
    const [next, ...rest] = answer as [number, ...string[]];
    const entries: Item[] = [];
    for (let i = 0; i < rest.length; i += 2) entries.push(decodeItem(rest[i]!, rest[i + 1]!));
    return { entries, next: next === -1 ? undefined : String(next) };
  }

  async begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    const answer = await this.#run('BEGIN', id, at, this.retention.completed);
    if (answer === 'over' || answer === 'unknown') return answer;
    const [pairs, listed, keys, payloads] = answer as [unknown, number, unknown, readonly (string | null)[]];
    const job = decodeJob(pairs) ?? unexpected(answer);
    const pending = asTexts(keys).map((key, i): ListedItem => ({ key, payload: payloads[i] ?? undefined }));
    return { job, run: job.run, pending: listed === 1 ? pending : undefined };
  }

  listItems(id: string, run: number, items: readonly ListedItem[], at: number): Promise<RunReply> {
    const listed = items.flatMap(({ key, payload }) => [key, payload === undefined ? 0 : 1, payload ?? '']);
    return this.#runReply('LIST_ITEMS', id, run, at, ...listed);
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
    await this.#run('EXPIRE', now);
  }

  async active(limit: number): Promise<readonly string[]> {
    const types = await this.#do((redis) => redis.smembers(`${this.stem}:types`));
    const found = await this.#do((redis) =>
      Promise.all(
        types
          .flatMap((type) => [this.#index(type, 'pending'), this.#index(type, 'running')])
          .map((index) => redis.zrange(index, 0, String(limit - 1))),
      ),
    );
    return found.flat().sort().slice(0, limit);
  }

  count(type: string, state: JobState): Promise<number> {
    return this.#do((redis) => redis.zcard(this.#index(type, state)));
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

  #index(type: string, state: JobState): string {
    return `${this.stem}:index:${type}:${state}`;
  }
}

function commandOf(name: string): string {
  return `bgj${name.toLowerCase().replaceAll('_', '')}`;
}
