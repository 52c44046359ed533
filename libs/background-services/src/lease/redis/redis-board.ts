import {
  type AuditNote,
  DISABLED_HOLDER,
  type FleetBoard,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  ORDER_MEMORY,
  type Posting,
  type PostingView,
} from '../board/fleet-board.js';
import type { Redis } from 'ioredis';
import { companionKeys } from '../lease-key.js';
import type { RedisLink } from './redis-link.js';

/** Frees a lease if it has this holder, and publishes that as a release. */
export const FREE_LUA = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], KEYS[1] .. '\\n' .. ARGV[1])
return 1
`;

type BoardLink = Pick<RedisLink<'bgsFree'>, 'run' | 'channel' | 'use' | 'listen' | 'prefix' | 'inspect'>;

/**
 * The board in Redis. Its keys share a hash tag, and so a slot in Cluster:
 *
 * | key | what |
 * | --- | --- |
 * | `{background-services}:replicas` | set of instance ids; what has no posting any more is removed by whoever reads |
 * | `{background-services}:replica:<id>` | one posting; it is up while more than `LAST_WORDS` is left of its time to live |
 * | `{background-services}:orders` | hash of orders |
 * | `{background-services}:claim:<id>` | one that was taken |
 * | `{background-services}:answer:<id>` | what became of one |
 * | `{background-services}:audit` | list of notes, newest first |
 * | `{background-services}:revision` | counter |
 */
export class RedisBoard implements FleetBoard {
  readonly #stem: string;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly link: BoardLink) {
    this.#stem = `${link.prefix}{background-services}`;
    this.#channel = `${link.prefix}background-services:board`;
    link.listen(this.#channel, () => {
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** Three commands in one round trip, which is that of the renewals they are sent with. */
  async post({ id, text, ttl }: Posting): Promise<number> {
    return this.link.use(async (redis) => {
      const [revision] = await Promise.all([
        this.#revisionOf(redis),
        redis.set(this.#key(`replica:${id}`), text, 'PX', Math.ceil(ttl) + LAST_WORDS),
        redis.sadd(this.#key('replicas'), id),
      ]);
      return revision;
    });
  }

  revision(): Promise<number> {
    return this.link.use((redis) => this.#revisionOf(redis));
  }

  async withdraw(id: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([redis.del(this.#key(`replica:${id}`)), redis.srem(this.#key('replicas'), id)]),
    );
  }

  async postings(): Promise<ReadonlyMap<string, PostingView>> {
    const ids = await this.link.use((redis) => redis.smembers(this.#key('replicas')));
    const found = await this.#read(ids);
    const gone = ids.filter((id) => !found.has(id));
    if (gone.length > 0) await this.#forget(gone);
    return found;
  }

  /** Takes ids off the list, but for those that are up again: a replica may post while we look. */
  async #forget(ids: readonly string[]): Promise<void> {
    const [, back] = await Promise.all([
      this.link.use((redis) => redis.srem(this.#key('replicas'), ...ids)),
      this.#read(ids),
    ]);
    if (back.size > 0) await this.link.use((redis) => redis.sadd(this.#key('replicas'), ...back.keys()));
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, PostingView>> {
    if (ids.length === 0) return new Map();
    const keys = ids.map((id) => this.#key(`replica:${id}`));
    const [texts, ttls] = await this.link.use((redis) =>
      Promise.all([redis.mget(keys), Promise.all(keys.map((key) => redis.pttl(key)))]),
    );
    return new Map(
      ids.flatMap((id, i): [string, PostingView][] => {
        const text = texts[i];
        return typeof text === 'string' ? [[id, { text, isUp: Number(ttls[i]) > LAST_WORDS }]] : [];
      }),
    );
  }

  async look(keys: readonly string[]): Promise<readonly LeaseRecord[]> {
    const [leases, ledgers] = await Promise.all([
      this.link.inspect(keys),
      this.link.use((redis) =>
        Promise.all(
          keys.map((key) => redis.hgetall(companionKeys(this.link.prefix + key).ledger).catch(() => ({}))),
        ),
      ),
    ]);
    return leases.map((lease, i) => ({ ...lease, ledger: ledgers[i] ?? {} }));
  }

  async amend(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    const { ledger } = companionKeys(this.link.prefix + key);
    await this.link.use((redis) =>
      Promise.all(
        Object.entries(entries).map(([field, value]) =>
          value === null ? redis.hdel(ledger, field) : redis.hset(ledger, field, value),
        ),
      ),
    );
  }

  async disable(key: string, ttl: number): Promise<void> {
    await this.link.use((redis) =>
      redis.set(this.link.prefix + key, DISABLED_HOLDER, 'PX', Math.max(1, Math.ceil(ttl))),
    );
  }

  async free(key: string, holder: string): Promise<boolean> {
    return (await this.link.run('bgsFree', [{ key }], [holder, this.link.channel])) === 1;
  }

  async order(id: string, text: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        redis.hset(this.#key('orders'), id, text),
        redis.pexpire(this.#key('orders'), ORDER_MEMORY),
      ]),
    );
  }

  async orders(): Promise<ReadonlyMap<string, string>> {
    const orders = await this.link.use((redis) => redis.hgetall(this.#key('orders')));
    return new Map(Object.entries(orders));
  }

  async claim(id: string): Promise<boolean> {
    const [claimed] = await this.link.use((redis) =>
      Promise.all([
        redis.set(this.#key(`claim:${id}`), '1', 'PX', ORDER_MEMORY, 'NX'),
        redis.hdel(this.#key('orders'), id),
      ]),
    );
    return claimed === 'OK';
  }

  async answer(id: string, text: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        redis.set(this.#key(`answer:${id}`), text, 'PX', ORDER_MEMORY),
        this.#hint(redis, 'answer'),
      ]),
    );
  }

  async answerTo(id: string): Promise<string | undefined> {
    return (await this.link.use((redis) => redis.get(this.#key(`answer:${id}`)))) ?? undefined;
  }

  async announce(note?: AuditNote): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        ...(note === undefined
          ? []
          : [redis.lpush(this.#key('audit'), note), redis.ltrim(this.#key('audit'), 0, KEPT_NOTES - 1)]),
        redis.incr(this.#key('revision')),
        this.#hint(redis, 'change'),
      ]),
    );
  }

  async notes(limit: number): Promise<readonly AuditNote[]> {
    // A last index of -1 would be the end of the list.
    if (limit < 1) return [];
    return this.link.use((redis) => redis.lrange(this.#key('audit'), 0, limit - 1));
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #revisionOf(redis: Pick<Redis, 'get'>): Promise<number> {
    return Number((await redis.get(this.#key('revision'))) ?? 0);
  }

  /** Where publishing is forbidden (an ACL), replicas look with their next renewal. */
  #hint(redis: Pick<Redis, 'publish'>, what: 'answer' | 'change'): Promise<unknown> {
    return redis.publish(this.#channel, what).catch(() => undefined);
  }

  #key(name: string): string {
    return `${this.#stem}:${name}`;
  }
}
