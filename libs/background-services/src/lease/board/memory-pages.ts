import type { Clock } from '../clock.js';
import type { BoardPages } from './board-pages.js';

/** The pages of a board in one process. */
export class MemoryPages implements BoardPages {
  readonly #pages = new Map<string, { readonly text: string; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  keep(id: string, ttl: number): Promise<boolean> {
    const text = this.#find(id);
    if (text !== undefined) this.#set(id, text, ttl);
    return Promise.resolve(text !== undefined);
  }

  put(id: string, text: string, ttl: number): Promise<void> {
    this.#set(id, text, ttl);
    return Promise.resolve();
  }

  read(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    const now = this.clock.monotonic();
    for (const [id, { until }] of this.#pages) if (until <= now) this.#pages.delete(id);
    return Promise.resolve(ids.map((id) => this.#find(id)));
  }

  #set(id: string, text: string, ttl: number): void {
    this.#pages.set(id, { text, until: this.clock.monotonic() + ttl });
  }

  #find(id: string): string | undefined {
    const page = this.#pages.get(id);
    return page && page.until > this.clock.monotonic() ? page.text : undefined;
  }
}
