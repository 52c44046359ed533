import { inBackground } from '../redis-parts.js';

/** One question about one lease to all nodes, and what they have answered so far. */
export class Poll<Reply extends { readonly outcome: string }> {
  readonly #replies: (Reply | undefined)[];
  readonly #watchers = new Set<() => void>();
  #missing: number;

  /** @param asked one promise a node; none of them rejects */
  constructor(readonly asked: readonly Promise<Reply>[]) {
    this.#replies = asked.map(() => undefined);
    this.#missing = asked.length;
    asked.forEach((answer, node) => {
      inBackground(answer.then((reply) => this.#note(node, reply)));
    });
  }

  #note(node: number, reply: Reply): void {
    this.#replies[node] = reply;
    this.#missing -= 1;
    for (const look of [...this.#watchers]) look();
  }

  /** How many nodes are a majority. Any two majorities have a node in common. */
  get quorum(): number {
    return quorumOf(this.asked.length);
  }

  /** The replies with this outcome, in the order of the nodes. */
  with<Outcome extends Reply['outcome']>(
    outcome: Outcome,
  ): readonly Extract<Reply, { readonly outcome: Outcome }>[] {
    const isThat = (reply: Reply | undefined): reply is Extract<Reply, { readonly outcome: Outcome }> =>
      reply?.outcome === outcome;
    return this.#replies.filter(isThat);
  }

  hasQuorum(outcome: Reply['outcome']): boolean {
    return this.with(outcome).length >= this.quorum;
  }

  /** Resolves once the question is decided, or all nodes have answered or failed: one that hangs delays only what hangs on it. */
  until(decided: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#missing > 0 && !decided()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }
}

export function quorumOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/** One reply of a batch. */
export async function nth<Reply>(replies: Promise<readonly Reply[]>, position: number): Promise<Reply> {
  return (await replies)[position]!;
}
