import type { Clock, ReleaseListener, Timer } from 'nestjs-background-services/store';
import type { ReleaseNotice } from '../redis-parts.js';

/** How long the notices of the other nodes are waited for, ms. */
const GRACE = 50;

interface Heard {
  readonly nodes: Set<number>;
  readonly timer: Timer;
}

/**
 * Makes one hint of the notices that the nodes publish of one release. A majority of them means that the lease is free on a majority: whoever
 * tries sooner may find too few votes free. If notices are missing (messages may be lost, nodes may be down), a moment's wait will do.
 */
export class ReleaseHints {
  readonly #listeners = new Set<ReleaseListener>();
  readonly #heard = new Map<string, Heard>();
  /** The last token told of, by key: what comes after is an echo. What an operator freed has none. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly quorum: number,
    private readonly clock: Clock,
  ) {}

  watch(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onNotice(node: number, { key, holder, token, heir }: ReleaseNotice): void {
    const number = token === undefined ? undefined : Number(token);
    const told = this.#told.get(key) ?? 0;
    if (number !== undefined && !(Number.isSafeInteger(number) && number > told)) return;
    const id = `${key}\n${number ?? `of ${holder}`}`;
    const tell = () => {
      this.#heard.get(id)?.timer.cancel();
      this.#heard.delete(id);
      if (number !== undefined) this.#told.set(key, Math.max(number, this.#told.get(key) ?? 0));
      for (const listener of [...this.#listeners]) listener({ key, holder, heir });
    };
    const heard = this.#heard.get(id) ?? { nodes: new Set(), timer: this.clock.setTimeout(tell, GRACE) };
    this.#heard.set(id, heard);
    heard.nodes.add(node);
    if (heard.nodes.size >= this.quorum) tell();
  }

  close(): void {
    for (const { timer } of this.#heard.values()) timer.cancel();
    this.#heard.clear();
  }
}
