import {
  type AuditNote,
  type BoardMembers,
  type BoardPages,
  type FleetBoard,
  type LeaseRecord,
  type LookRequest,
  type Presence,
  type PresenceView,
  StoreError,
} from 'nestjs-background-services/store';
import { newest, stamp, unstamp } from '../node/stamped-ledger.js';
import type { RedisBoard } from '../redis-parts.js';
import type { RedlockNode } from '../node/redlock-node.js';
import { middle } from '../vote/campaign.js';
import { quorumOf } from '../vote/poll.js';
import { combineViews } from './quorum-view.js';

/**
 * The board on several independent masters: what is written goes to all of them and must reach a majority, and what is read is what any of a
 * majority has. A node that was away lacks some of it until it is written again; nothing depends on that but a look at the fleet.
 */
export class QuorumBoard implements FleetBoard {
  readonly #boards: readonly RedisBoard[];

  readonly pages: BoardPages = {
    keep: async (id, ttl) => (await this.#each(async ({ pages }) => pages.keep(id, ttl))).every(Boolean),
    put: async (id, text, ttl) => {
      await this.#each(async ({ pages }) => pages.put(id, text, ttl));
    },
    read: async (ids) => {
      const found = await this.#each(async ({ pages }) => pages.read(ids));
      return ids.map((_, i) => found.map((texts) => texts[i]).find((text) => text !== undefined));
    },
  };

  readonly members: BoardMembers = {
    put: async (id, text, ttl) => commonOf(await this.#each((board) => board.members.put(id, text, ttl))),
    remove: async (id) => {
      await this.#each((board) => board.members.remove(id));
    },
    announce: async () => {
      await this.#each((board) => board.members.announce());
    },
    watch: (listener) => {
      const ends = this.#boards.map((board) => board.members.watch(listener));
      return () => ends.forEach((end) => end());
    },
  };

  constructor(nodes: readonly RedlockNode[]) {
    this.#boards = nodes.map(({ board }) => board);
  }

  /** The sum of the nodes' revisions: another one whenever any of them has another, and when a node goes or comes. */
  async putPresence(posting: Presence): Promise<number> {
    return sumOf(await this.#each((board) => board.putPresence(posting)));
  }

  async revision(): Promise<number> {
    return sumOf(await this.#each((board) => board.revision()));
  }

  async removePresence(id: string): Promise<void> {
    await this.#each((board) => board.removePresence(id));
  }

  /** One that is up on any node is up: a node that was away has an older one. */
  async presences(): Promise<ReadonlyMap<string, PresenceView>> {
    const found = (await this.#each((board) => board.presences())).flatMap((postings) => [...postings]);
    return new Map(found.sort(([, a], [, b]) => Number(a.isUp) - Number(b.isUp)));
  }

  /** Of the nodes' clocks, the one in the middle: one that is wrong does not count. */
  async time(): Promise<number> {
    return middle(await this.#each((board) => board.time()));
  }

  /** A ledger is known if a majority can read it. */
  async look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    const records = await this.#each((board) => board.look(requests));
    return requests.map(({ key }, i) => {
      const views = records.map((record) => record[i]!);
      const ledgers = views.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger]));
      const isKnown = ledgers.length >= this.#quorum;
      return {
        ...combineViews(key, views, this.#quorum),
        ledger: isKnown ? unstamp(newest(ledgers)) : undefined,
      };
    });
  }

  /** An entry that is removed leaves an empty one, which is newer than what a node may still have. */
  async setEntries(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    const now = Math.floor(await this.time());
    const stamped = Object.entries(entries).map(([field, value]) => [field, stamp(value ?? '', now, 0)]);
    await this.#each((board) => board.setEntries(key, Object.fromEntries(stamped) as Record<string, string>));
  }

  async disable(key: string, ttl: number): Promise<void> {
    await this.#each((board) => board.disable(key, ttl));
  }

  async free(key: string, holder: string): Promise<boolean> {
    return (await this.#each((board) => board.free(key, holder))).some(Boolean);
  }

  async sendCommand(id: string, text: string): Promise<void> {
    await this.#each((board) => board.sendCommand(id, text));
  }

  async commands(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#each((board) => board.commands())).flatMap((found) => [...found]));
  }

  /** Taken by whoever gets it from a majority. */
  async claimCommand(id: string): Promise<boolean> {
    const claims = await this.#each((board) => board.claimCommand(id));
    return claims.filter(Boolean).length >= this.#quorum;
  }

  async answerCommand(id: string, text: string): Promise<void> {
    await this.#each((board) => board.answerCommand(id, text));
  }

  async answerTo(id: string): Promise<string | undefined> {
    return (await this.#each((board) => board.answerTo(id))).find((text) => text !== undefined);
  }

  async announce(note?: AuditNote): Promise<void> {
    await this.#each((board) => board.announce(note));
  }

  /** As the node tells that has most of them. */
  async notes(limit: number): Promise<readonly AuditNote[]> {
    const told = await this.#each((board) => board.notes(limit));
    return told.reduce((most, notes) => (notes.length > most.length ? notes : most), []);
  }

  watch(listener: () => void): () => void {
    const ends = this.#boards.map((board) => board.watch(listener));
    return () => ends.forEach((end) => end());
  }

  get #quorum(): number {
    return quorumOf(this.#boards.length);
  }

  /** Asks all nodes. @throws StoreError if fewer than a majority answer */
  async #each<Reply>(ask: (board: RedisBoard) => Promise<Reply>): Promise<readonly Reply[]> {
    const replies = await Promise.allSettled(this.#boards.map(ask));
    const answers = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value] : []));
    if (answers.length >= this.#quorum) return answers;
    const cause: unknown = replies.find(({ status }) => status === 'rejected');
    throw new StoreError(`${answers.length} of ${this.#boards.length} Redis nodes answer`, { cause });
  }
}

function sumOf(revisions: readonly number[]): number {
  return revisions.reduce((sum, revision) => sum + revision, 0);
}

/** All members that any node has, each with the text that most of these nodes have: one that was away may have an older text. */
function commonOf(answers: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, string> {
  const ids = new Set(answers.flatMap((members) => [...members.keys()]));
  return new Map(
    [...ids].map((id) => {
      const texts = answers.flatMap((members) => members.get(id) ?? []);
      const votesFor = (text: string) => texts.filter((other) => other === text).length;
      return [id, texts.reduce((best, text) => (votesFor(text) > votesFor(best) ? text : best))];
    }),
  );
}
