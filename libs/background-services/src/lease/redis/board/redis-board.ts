import {
  type AuditNote,
  COMMAND_MEMORY,
  DISABLED_HOLDER,
  type FleetBoard,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  type LookRequest,
  type Presence,
  type PresenceView,
} from '../../board/fleet-board.js';
import { leaseKeys } from '../../lease-key.js';
import { parseShardKey } from '../../shard-key.js';
import type { RedisClient } from '../connection.js';
import { FREE_LUA } from '../free.lua.js';
import type { RedisLink } from '../redis-link.js';
import { DISABLE_SHARD_LUA, FREE_SHARD_LUA } from '../shards/operator-scripts.lua.js';
import { type BoardKeys, boardKeys } from './board-keys.js';
import { BoardReader, type ReadingLink } from './board-reader.js';
import { MEMBERS_LUA } from './members.lua.js';
import { RedisMembers } from './redis-members.js';
import { RedisPages } from './redis-pages.js';
import { writeAnyway } from './write-anyway.js';
import { isWrongType } from './wrong-type.js';

/** As many digits as a revision may have. */
const LONGEST_REVISION = 20;

/** The scripts that the board runs on leases and on its own keys. */
export const BOARD_SCRIPTS = {
  bgsFree: FREE_LUA,
  bgsFreeShard: FREE_SHARD_LUA,
  bgsDisableShard: DISABLE_SHARD_LUA,
  bgsMembers: MEMBERS_LUA,
} as const;

type BoardLink = Pick<
  RedisLink<keyof typeof BOARD_SCRIPTS>,
  'run' | 'runOnShards' | 'runOnBoard' | 'channel' | 'use' | 'noHints' | 'listen' | 'prefix'
>;

/**
 * The board in Redis, in the places that `boardKeys` names. It is written over the connection of the leases, so that a presence costs no round trip of
 * its own, and read over another one.
 */
export class RedisBoard implements FleetBoard {
  readonly pages: RedisPages;
  readonly members: RedisMembers;
  readonly #keys: BoardKeys;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  readonly #reader: BoardReader;

  constructor(
    private readonly link: BoardLink,
    openReader: () => ReadingLink,
  ) {
    this.#keys = boardKeys(link.prefix);
    this.#reader = new BoardReader(this.#keys, openReader);
    this.pages = new RedisPages(link, this.#keys, this.#reader);
    this.members = new RedisMembers(link, this.#keys);
    this.#channel = `${link.prefix}background-services:board`;
    link.listen(this.#channel, () => {
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** Three commands in one round trip, which is that of the renewals they are sent with. */
  async putPresence({ id, text, ttl }: Presence): Promise<number> {
    return this.link.use(async (redis) => {
      const [revision] = await Promise.all([
        this.#revisionOf(redis),
        writeAnyway(redis, 'set', this.#keys(`replica:${id}`), text, 'PX', Math.ceil(ttl) + LAST_WORDS),
        this.#mended(redis, 'replicas', (key) => writeAnyway(redis, 'sadd', key, id)),
      ]);
      return revision;
    });
  }

  revision(): Promise<number> {
    return this.link.use((redis) => this.#revisionOf(redis));
  }

  async removePresence(id: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([redis.del(this.#keys(`replica:${id}`)), redis.srem(this.#keys('replicas'), id)]),
    );
  }

  time(): Promise<number> {
    return this.#reader.time();
  }

  async presences(): Promise<ReadonlyMap<string, PresenceView>> {
    const ids = await this.#reader.replicaIds();
    const found = await this.#reader.presencesOf(ids);
    const gone = ids.filter((id) => !found.has(id));
    if (gone.length > 0) await this.#forget(gone);
    return found;
  }

  /** Takes ids off the list, but for those that are up again: a replica may post while we look. */
  async #forget(ids: readonly string[]): Promise<void> {
    const [, back] = await Promise.all([
      this.link.use((redis) => redis.srem(this.#keys('replicas'), ...ids)),
      this.#reader.presencesOf(ids),
    ]);
    if (back.size > 0)
      await this.link.use((redis) => writeAnyway(redis, 'sadd', this.#keys('replicas'), ...back.keys()));
  }

  look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    return this.#reader.look(requests);
  }

  async setEntries(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    const shard = parseShardKey(key);
    const { ledger } = leaseKeys(this.link.prefix, shard?.key ?? key);
    const named = (field: string) => (shard ? `${shard.index}:${field}` : field);
    await this.link.use((redis) =>
      Promise.all(
        Object.entries(entries).map(([field, value]) =>
          value === null
            ? redis.hdel(ledger, named(field))
            : writeAnyway(redis, 'hset', ledger, named(field), value),
        ),
      ),
    );
  }

  async disable(key: string, ttl: number): Promise<void> {
    const shard = parseShardKey(key);
    if (shard) {
      const args = [DISABLED_HOLDER, Math.max(1, Math.ceil(ttl)), shard.index];
      await this.link.runOnShards('bgsDisableShard', shard.key, args);
      return;
    }
    await this.link.use((redis) =>
      writeAnyway(redis, 'set', this.link.prefix + key, DISABLED_HOLDER, 'PX', Math.max(1, Math.ceil(ttl))),
    );
  }

  async free(key: string, holder: string): Promise<boolean> {
    const { channel } = this.link;
    const shard = parseShardKey(key);
    if (!shard) return (await this.link.run('bgsFree', [{ key }], [holder, channel])) === 1;
    const args = [holder, channel, shard.index, shard.count];
    return (await this.link.runOnShards('bgsFreeShard', shard.key, args)) === 1;
  }

  async sendCommand(id: string, text: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        this.#mended(redis, 'orders', (key) => writeAnyway(redis, 'hset', key, id, text)),
        redis.pexpire(this.#keys('orders'), COMMAND_MEMORY),
      ]),
    );
  }

  commands(): Promise<ReadonlyMap<string, string>> {
    return this.#reader.commands();
  }

  async claimCommand(id: string): Promise<boolean> {
    const [claimed] = await this.link.use((redis) =>
      Promise.all([
        writeAnyway(redis, 'set', this.#keys(`claim:${id}`), '1', 'PX', COMMAND_MEMORY, 'NX'),
        this.#mended(redis, 'orders', (key) => redis.hdel(key, id)),
      ]),
    );
    return claimed === 'OK';
  }

  async answerCommand(id: string, text: string): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        writeAnyway(redis, 'set', this.#keys(`answer:${id}`), text, 'PX', COMMAND_MEMORY),
        this.#hint(redis, 'answer'),
      ]),
    );
  }

  answerTo(id: string): Promise<string | undefined> {
    return this.#reader.answerTo(id);
  }

  async announce(note?: AuditNote): Promise<void> {
    await this.link.use((redis) =>
      Promise.all([
        ...(note === undefined
          ? []
          : [
              this.#mended(redis, 'audit', (key) => writeAnyway(redis, 'lpush', key, note)),
              this.#mended(redis, 'audit', (key) => redis.ltrim(key, 0, KEPT_NOTES - 1)),
            ]),
        this.#mended(redis, 'revision', (key) => writeAnyway(redis, 'incr', key)),
        this.#hint(redis, 'change'),
      ]),
    );
  }

  notes(limit: number): Promise<readonly AuditNote[]> {
    return this.#reader.notes(limit);
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the connection that reads, if there is one. */
  close(): Promise<void> {
    return this.#reader.close();
  }

  /** One command, and a short answer whatever stands there. What is no number reads as a revision that no announcement makes. */
  async #revisionOf(redis: RedisClient): Promise<number> {
    const text = await redis
      .getrange(this.#keys('revision'), 0, LONGEST_REVISION - 1)
      .catch((error: unknown) => {
        if (isWrongType(error)) return '';
        throw error;
      });
    const revision = Number(text);
    return Number.isSafeInteger(revision) ? revision : -1;
  }

  /** What stands in the place of one of the board's own keys, and is of another type, counts for nothing: it is removed, and the command tried again. */
  async #mended<Reply>(
    redis: RedisClient,
    name: string,
    command: (key: string) => Promise<Reply>,
  ): Promise<Reply> {
    const key = this.#keys(name);
    try {
      return await command(key);
    } catch (error) {
      if (!isWrongType(error)) throw error;
      await redis.del(key);
      return command(key);
    }
  }

  /** Where publishing is forbidden (an ACL), replicas look with their next renewal. */
  #hint(redis: RedisClient, what: 'answer' | 'change'): Promise<unknown> {
    return redis.publish(this.#channel, what).catch((error: unknown) => this.link.noHints(error));
  }
}
