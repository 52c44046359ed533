import { describeError } from '../errors/index.js';
import { inBackground } from '../kit/index.js';
import { type BoardPages, type Clock, LAST_WORDS } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Replica } from '../manager/index.js';
import { type Catalogue, toCatalogue } from './catalogue.js';
import { Pace } from './pace.js';

/** How often the pages are kept from expiring, and found missing if the store has lost them, ms. */
const PERIOD = 60_000;

export interface CataloguePosterContext {
  readonly pages: BoardPages;
  readonly replica: Pick<Replica, 'outlines'>;
  readonly clock: Clock;
  /** How long a presence counts without the next one, ms. */
  readonly ttl: number;
  /** The catalogue has been posted, and can be named. */
  readonly onPosted: () => void;
  readonly logger: LineLogger;
}

/**
 * Posts the catalogue of this app's workers: a page after the other, and only those that are not there. It is named once all of it is there, and
 * kept for longer than the last words of whoever names it.
 */
export class CataloguePoster {
  #posted: Catalogue | undefined;
  #made: Catalogue | undefined;
  #postedAt = -Infinity;
  #posting: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly context: CataloguePosterContext) {}

  /** `undefined`: it is not there yet, or workers were added since. */
  get posted(): Catalogue | undefined {
    return this.#posted;
  }

  /** The workers are others now. */
  renew(): void {
    this.#made = undefined;
    this.#posted = undefined;
    this.#postedAt = -Infinity;
  }

  /** Posts the catalogue if it is not there, or is to be kept. */
  post(): void {
    if (this.#closed || this.context.clock.monotonic() - this.#postedAt < PERIOD) return;
    this.#posting ??= this.#post()
      .catch((error: unknown) =>
        this.context.logger.debug(`The list of workers could not be put up: ${describeError(error).message}`),
      )
      .finally(() => (this.#posting = undefined));
    inBackground(this.#posting);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#posting;
  }

  async #post(): Promise<void> {
    const { pages, replica, clock, ttl, onPosted } = this.context;
    const pace = new Pace(clock);
    const startedAt = clock.monotonic();
    this.#postedAt = startedAt;
    try {
      const catalogue = this.#made ?? (await toCatalogue(replica.outlines(), pace));
      // A worker was added meanwhile: the next beat makes another one.
      if (this.#postedAt !== startedAt) return;
      this.#made = catalogue;
      const lifetime = ttl + LAST_WORDS + 3 * PERIOD;
      for (const [id, text] of catalogue.pages) {
        if (this.#closed) return;
        if (!(await pages.keep(id, lifetime))) await pages.put(id, text, lifetime);
      }
      if (this.#posted === catalogue || this.#made !== catalogue) return;
      this.#posted = catalogue;
      onPosted();
    } catch (error) {
      this.#postedAt = -Infinity;
      throw error;
    }
  }
}
