import type {
  HeldLease,
  RecordReply,
  RecordRequest,
  ReleaseRequest,
  RenewRequest,
} from 'nestjs-background-services/store';
import type { RedlockNode } from '../node/redlock-node.js';
import type { ReadReply, SaveReply } from '../node/replies.js';
import { unknown } from '../redis-parts.js';
import { nth, Poll } from '../vote/poll.js';
import { lost, noMajority } from '../vote/standing.js';
import { newest, stampAll, unstamp } from '../node/stamped-ledger.js';
import { Turns } from './turns.js';

/**
 * The ledgers of leases on a majority of the nodes.
 *
 * No node saves anything before a majority has confirmed that the lease is the writer's. So what was refused is nowhere, not even on a node
 * that has not heard of the next term yet; where else would it be found, and taken for the word of the earlier one.
 */
export class QuorumLedger {
  readonly #turns = new Turns();
  /** Rises with each write, so that the later one is the newer one. */
  #turn = 0;

  constructor(private readonly nodes: readonly RedlockNode[]) {}

  /** The holder is the only one who writes, so its own turns are all there is to order. */
  record(request: RecordRequest): Promise<RecordReply> {
    return this.#turns.take(`${request.key}\n${request.field}`, () => this.#record(request).catch(unknown));
  }

  /** Saves changes, once a majority has confirmed the lease. */
  async saveAsHolder(request: ReleaseRequest): Promise<SaveReply> {
    const [field = ''] = Object.keys(request.ledger);
    const read = await this.#read(request, field);
    return read.outcome === 'read' ? this.#saveOne(request) : read;
  }

  /** Saves changes of leases that a majority has just confirmed. */
  async save(requests: readonly RenewRequest[]): Promise<ReadonlyMap<RenewRequest, SaveReply>> {
    if (requests.length === 0) return new Map();
    const stamped = requests.map((request) => {
      return { ...request, ledger: stampAll(request.ledger, request.token, (this.#turn += 1)) };
    });
    const asked = this.nodes.map((node) => node.save(stamped));
    const replies = requests.map(async (request, i) => {
      const poll = new Poll(asked.map((all) => nth(all, i)));
      await poll.until(() => poll.hasQuorum('saved') || poll.hasQuorum('lost'));
      const reply: SaveReply = poll.hasQuorum('saved')
        ? { outcome: 'saved' }
        : (lost(poll) ?? noMajority(poll));
      return [request, reply] as const;
    });
    return new Map(await Promise.all(replies));
  }

  async #record({ field, value, expected, ...lease }: RecordRequest): Promise<RecordReply> {
    const read = await this.#read(lease, field);
    if (read.outcome !== 'read') return read;
    const [current = null] = Object.values(unstamp(read.ledger));
    if (expected !== undefined && current !== expected && current !== value)
      return { outcome: 'conflict', current };
    // A value that is there already is written again: it may be on a minority only.
    const save = await this.#saveOne({ ...lease, ledger: Object.fromEntries([[field, value]]) });
    return save.outcome === 'saved' ? { outcome: 'recorded' } : save;
  }

  async #saveOne(request: ReleaseRequest): Promise<SaveReply> {
    const changes = { ...request, ttl: 0 };
    return (await this.save([changes])).get(changes)!;
  }

  /** Reads an entry as the holder: the newest value that a majority has. */
  async #read(lease: HeldLease, field: string): Promise<ReadReply> {
    const poll = new Poll(this.nodes.map((node) => node.read(lease, field)));
    await poll.until(() => poll.hasQuorum('read') || poll.hasQuorum('lost'));
    if (!poll.hasQuorum('read')) return lost(poll) ?? noMajority(poll);
    return { outcome: 'read', ledger: newest(poll.with('read').map(({ ledger }) => ledger)) };
  }
}
