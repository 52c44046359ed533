import { StoreError } from '../../../errors/index.js';
import { partsOf } from '../../../kit/index.js';
import { LONGEST_PAGE } from '../../board/board-pages.js';
import {
  type AuditNote,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  LONGEST_ENTRY,
  LONGEST_PRESENCE,
  LONGEST_PRESENCES,
  LONGEST_TEXT,
  type LookRequest,
  MOST_COMMANDS,
  MOST_PRESENCES,
  type PresenceView,
} from '../../board/fleet-board.js';
import type { RedisClient, RedisTarget } from '../connection.js';
import { RedisLink } from '../redis-link.js';
import type { LeaseRef } from '../../lease-store.js';
import { asArray, asCount, asText } from '../replies.js';
import { LOOK_SHARDS_LUA } from '../shards/operator-scripts.lua.js';
import { apart } from '../shards/shard-batches.js';
import { lookAtShards } from '../shards/look-at-shards.js';
import type { BoardKeys } from './board-keys.js';
import { LOOK_LUA, NOTES_LUA, ORDERS_LUA, POSTINGS_LUA, REPLICAS_LUA, TEXT_LUA } from './board-reads.lua.js';
import { readLookReply, typed } from './board-replies.js';

const SCRIPTS = { bgsLook: LOOK_LUA, bgsLookShards: LOOK_SHARDS_LUA } as const;

/** How many presences, and how many leases, are read in one piece. */
const PRESENCES_PART = 10;
const PAGES_PART = 4;
const LOOK_PART = 50;
/** No instance id or command id is longer, bytes. */
export const LONGEST_ID = 512;

/** A view is no renewal: its answers are larger, and nobody loses a lease over one that is late, ms. */
const SHORTEST_TIMEOUT = 1_000;

export type ReadingLink = Pick<
  RedisLink<keyof typeof SCRIPTS>,
  'run' | 'runOnShards' | 'use' | 'isCluster' | 'close'
>;

/** The connection that reads a board. */
export function openReader(redis: RedisTarget, commandTimeout: number): ReadingLink {
  return new RedisLink({
    redis,
    commandTimeout: Math.max(commandTimeout, SHORTEST_TIMEOUT),
    scripts: SCRIPTS,
    onRelease: undefined,
    // The next reading says why there is none.
    onError: () => undefined,
  });
}

/**
 * Reads the board over a connection of its own, which the first reading opens: a large fleet, or what somebody else left on the board, delays no
 * renewal. What is read is bounded in number and size.
 */
export class BoardReader {
  #link: ReadingLink | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(
    private readonly keys: BoardKeys,
    private readonly open: () => ReadingLink,
  ) {}

  async time(): Promise<number> {
    const [seconds, microseconds] = await this.#read((redis) => redis.time());
    return asCount(Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000));
  }

  replicaIds(): Promise<readonly string[]> {
    return this.#textsOf(REPLICAS_LUA, 'replicas', MOST_PRESENCES, LONGEST_ID);
  }

  /** In parts, one after the other. */
  async presencesOf(ids: readonly string[]): Promise<ReadonlyMap<string, PresenceView>> {
    const found = new Map<string, PresenceView>();
    let left = LONGEST_PRESENCES;
    for (const part of partsOf(ids, PRESENCES_PART)) {
      const names = part.map((id) => `replica:${id}`);
      const replies = asArray(await this.#ask(POSTINGS_LUA, names, LONGEST_PRESENCE, left), part.length);
      replies.forEach((reply, i) => {
        const [pttl, text] = asArray(reply);
        if (pttl === -2) return;
        left -= typeof text === 'string' ? Buffer.byteLength(text) : 0;
        found.set(part[i]!, {
          text: typeof text === 'string' ? text : undefined,
          isUp: Number(pttl) > LAST_WORDS,
        });
      });
    }
    return found;
  }

  /** In parts, one after the other. */
  async pages(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for (const part of partsOf(ids, PAGES_PART)) {
      const names = part.map((id) => `page:${id}`);
      const replies = await this.#ask(POSTINGS_LUA, names, LONGEST_PAGE, PAGES_PART * LONGEST_PAGE);
      for (const reply of asArray(replies, part.length)) {
        const [, text] = asArray(reply);
        found.push(typeof text === 'string' ? text : undefined);
      }
    }
    return found;
  }

  async look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    const asked = requests.map((request) => ({ ...request, holder: '' }));
    const records = await apart<LookRequest & LeaseRef, LeaseRecord>(asked, {
      plain: (leases) => this.#look(leases),
      shards: (batch) => typed(lookAtShards(this.#linked(), batch, LONGEST_ENTRY)),
    });
    return records.map((found) => {
      if ('outcome' in found) throw found.error;
      return found;
    });
  }

  async #look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    const link = this.#linked();
    // In Cluster only the keys of one lease share a slot.
    const calls = partsOf(requests, link.isCluster ? 1 : LOOK_PART).map(async (part) => {
      const args = part.flatMap(({ fields }) => [fields.length, ...fields]);
      const answer = await link.run('bgsLook', part, [LONGEST_ENTRY, ...args]);
      return asArray(answer, part.length).map((reply, i) => readLookReply(part[i]!, reply));
    });
    return (await typed(Promise.all(calls))).flat();
  }

  async commands(): Promise<ReadonlyMap<string, string>> {
    const texts = await this.#textsOf(ORDERS_LUA, 'orders', MOST_COMMANDS, LONGEST_TEXT, LONGEST_ID);
    return new Map(partsOf(texts, 2).map(([id = '', text = '']) => [id, text]));
  }

  async answerTo(id: string): Promise<string | undefined> {
    const text = await this.#ask(TEXT_LUA, [`answer:${id}`], LONGEST_TEXT);
    return text === null ? undefined : asText(text);
  }

  async notes(limit: number): Promise<readonly AuditNote[]> {
    // A last index of -1 would be the end of the list.
    if (limit < 1) return [];
    return this.#textsOf(NOTES_LUA, 'audit', Math.min(limit, KEPT_NOTES) - 1, LONGEST_TEXT);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    await this.#link?.close();
  }

  async #textsOf(script: string, name: string, ...args: readonly number[]): Promise<readonly string[]> {
    return asArray(await this.#ask(script, [name], ...args)).map(asText);
  }

  #ask(script: string, names: readonly string[], ...args: readonly number[]): Promise<unknown> {
    const keys = names.map(this.keys);
    return this.#read((redis) => redis.eval(script, keys.length, ...keys, ...args));
  }

  #read<Result>(commands: (redis: RedisClient) => Promise<Result>): Promise<Result> {
    return typed(Promise.resolve().then(() => this.#linked().use(commands)));
  }

  #linked(): ReadingLink {
    if (this.#state === 'closed') throw new StoreError('No connection to Redis: the store is closed');
    return (this.#link ??= this.open());
  }
}
