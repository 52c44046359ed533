import { StoreError } from '../../errors/index.js';
import type { AuditNote, FleetBoard, LeaseRecord, Posting, PostingView } from '../board/fleet-board.js';
import type { Clock } from '../clock.js';
import type { RedisBoard } from '../redis/redis-board.js';
import { quorumOf } from './poll.js';
import { inspectNodes } from './quorum-view.js';
import type { RedlockNode } from './redlock-node.js';
import { newest, stamp, unstamp } from './stamped-ledger.js';

/**
 * The board on several independent masters: what is written goes to all of them and must reach a majority, and what is read is what any of a
 * majority has. A node that was away lacks some of it until it is written again; nothing depends on that but a look at the fleet.
 */
export class QuorumBoard implements FleetBoard {
  readonly #boards: readonly RedisBoard[];

  constructor(
    private readonly nodes: readonly RedlockNode[],
    private readonly clock: Clock,
  ) {
    this.#boards = nodes.map(({ board }) => board);
  }

  /** The sum of the nodes' revisions: another one whenever any of them has another, and when a node goes or comes. */
  async post(posting: Posting): Promise<number> {
    return sumOf(await this.#each((board) => board.post(posting)));
  }

  async revision(): Promise<number> {
    return sumOf(await this.#each((board) => board.revision()));
  }

  async withdraw(id: string): Promise<void> {
    await this.#each((board) => board.withdraw(id));
  }

  /** One that is up on any node is up: a node that was away has an older one. */
  async postings(): Promise<ReadonlyMap<string, PostingView>> {
    const found = (await this.#each((board) => board.postings())).flatMap((postings) => [...postings]);
    return new Map(found.sort(([, a], [, b]) => Number(a.isUp) - Number(b.isUp)));
  }

  async look(keys: readonly string[]): Promise<readonly LeaseRecord[]> {
    const [leases, records] = await Promise.all([
      inspectNodes(this.nodes, keys),
      this.#each((board) => board.look(keys)),
    ]);
    return leases.map((lease, i) => {
      const ledger = unstamp(newest(records.map((record) => record[i]?.ledger ?? {})));
      return { ...lease, ledger };
    });
  }

  /** An entry that is removed leaves an empty one, which is newer than what a node may still have. */
  async amend(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    const now = Math.floor(this.clock.wall());
    const stamped = Object.entries(entries).map(([field, value]) => [field, stamp(value ?? '', now, 0)]);
    await this.#each((board) => board.amend(key, Object.fromEntries(stamped) as Record<string, string>));
  }

  async disable(key: string, ttl: number): Promise<void> {
    await this.#each((board) => board.disable(key, ttl));
  }

  async free(key: string, holder: string): Promise<boolean> {
    return (await this.#each((board) => board.free(key, holder))).some(Boolean);
  }

  async order(id: string, text: string): Promise<void> {
    await this.#each((board) => board.order(id, text));
  }

  async orders(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#each((board) => board.orders())).flatMap((found) => [...found]));
  }

  /** Taken by whoever gets it from a majority. */
  async claim(id: string): Promise<boolean> {
    const claims = await this.#each((board) => board.claim(id));
    return claims.filter(Boolean).length >= this.#quorum;
  }

  async answer(id: string, text: string): Promise<void> {
    await this.#each((board) => board.answer(id, text));
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
