import type { Lost, RenewReply, RenewRequest } from 'nestjs-background-services/store';
import type { RedlockNode } from '../node/redlock-node.js';
import { Poll } from '../vote/poll.js';
import { newest } from '../node/stamped-ledger.js';

/**
 * Keeps every node a full one. After a majority has confirmed a renewal, the nodes that have not are brought up to date as soon as they
 * answer: with the ledger they missed, and with the lease. Otherwise each node that ever fails for a TTL would be missing for the rest of the
 * term, and nodes restarted empty one after the other would in the end have forgotten everything.
 *
 * This is the one place where a lease is written without a vote. It cannot make a leader: it goes to a minority, after a majority has
 * confirmed the term in the same beat, and a node takes it only if it is free and has accepted no later token. What it leaves behind if it
 * runs late is a vote of a minority that expires.
 */
export class Mender {
  /** Nodes that missed a renewal of a key. */
  readonly #behind = new Map<string, Set<RedlockNode>>();

  constructor(private readonly nodes: readonly RedlockNode[]) {}

  /** A majority has confirmed a renewal; looks what the others have answered. Never rejects. */
  async look(request: RenewRequest, replies: readonly Promise<RenewReply>[]): Promise<void> {
    const settled = await Promise.all(replies);
    const toMend: RedlockNode[] = [];
    this.nodes.forEach((node, i) => {
      const reply = settled[i]!;
      if (reply.outcome === 'unknown') this.#setBehind(request.key, node);
      else if (reply.outcome === 'renewed' ? this.#isBehind(request.key, node) : isVacant(reply, request))
        toMend.push(node);
    });
    if (toMend.length > 0) await this.#mend(request, toMend);
  }

  async #mend(request: RenewRequest, toMend: readonly RedlockNode[]): Promise<void> {
    const reads = new Poll(this.nodes.map((node) => node.read(request)));
    await reads.until(() => reads.hasQuorum('read'));
    if (!reads.hasQuorum('read')) return;
    const ledger = newest(reads.with('read').map((reply) => reply.ledger));
    await Promise.all(
      toMend.map(async (node) => {
        if (await node.mend({ ...request, ledger })) this.#setMended(request.key, node);
      }),
    );
  }

  #isBehind(key: string, node: RedlockNode): boolean {
    return this.#behind.get(key)?.has(node) ?? false;
  }

  #setBehind(key: string, node: RedlockNode): void {
    this.#behind.set(key, (this.#behind.get(key) ?? new Set()).add(node));
  }

  #setMended(key: string, node: RedlockNode): void {
    const nodes = this.#behind.get(key);
    nodes?.delete(node);
    if (nodes?.size === 0) this.#behind.delete(key);
  }
}

/** Whether a node that does not have the lease could take it: what somebody else holds there must expire first. */
function isVacant({ holder }: Lost, request: RenewRequest): boolean {
  return holder === null || holder === request.holder;
}
