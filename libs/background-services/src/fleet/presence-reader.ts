import type { BoardPages, Clock } from '../lease/index.js';
import type { WorkerOutline } from '../workers/index.js';
import { type Catalogue, decodeExceptions, decodePage, decodePageList, pageId } from './catalogue.js';
import { Pace } from './pace.js';
import { decodePresence, type ReplicaPresence } from './replica-presence.js';

/** How many catalogues are remembered: one of each version that is there, and of a few that were. */
const REMEMBERED = 8;
/** Pages that are read in one piece. */
const PART = 8;
/** What all pages of one catalogue may take, characters. */
const LONGEST_CATALOGUE = 2 ** 24;

/** Reads presences with the catalogues that they name; a catalogue is read once, however many name it and however often. */
export class PresenceReader {
  readonly #known = new Map<string, Promise<readonly WorkerOutline[] | undefined>>();

  constructor(
    private readonly pages: BoardPages | undefined,
    private readonly clock: Clock,
  ) {}

  /** A catalogue that need not be read. */
  learn({ id, workers }: Pick<Catalogue, 'id' | 'workers'>): void {
    this.#remember(id, Promise.resolve(workers));
  }

  /** `undefined`: it is no presence. @param tell told of what is missing in it @throws StoreError */
  async read(
    id: string,
    text: string,
    tell: (what: string) => void = () => undefined,
  ): Promise<ReplicaPresence | undefined> {
    const presence = decodePresence(id, text, tell);
    if (!presence) return undefined;
    if (presence.cut) tell(`too large to be posted: ${presence.cut.join(', ')}`);
    const { catalogue, exceptions, ...rest } = presence;
    if (catalogue === undefined) return presence;
    const workers = await this.#catalogue(catalogue);
    if (!workers) tell('the list of its workers cannot be read');
    if (!workers) return { ...rest, catalogue };
    const modes = exceptions && decodeExceptions(workers, exceptions);
    return { ...rest, catalogue, workers, ...(modes ? { modes } : {}) };
  }

  async #catalogue(id: string): Promise<readonly WorkerOutline[] | undefined> {
    const known = this.#known.get(id);
    // The one that was used last is forgotten last.
    const reading = known ?? this.#read(id);
    this.#remember(id, reading);
    try {
      const workers = await reading;
      if (!workers) this.#known.delete(id);
      return workers;
    } catch (error) {
      this.#known.delete(id);
      throw error;
    }
  }

  #remember(id: string, reading: Promise<readonly WorkerOutline[] | undefined>): void {
    this.#known.delete(id);
    this.#known.set(id, reading);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) return;
      this.#known.delete(old);
    }
  }

  /** What does not have the hash under which it lies is not what was named: others can write to the store, too. */
  async #read(id: string): Promise<readonly WorkerOutline[] | undefined> {
    if (!this.pages) return undefined;
    const [list] = await this.pages.read([id]);
    if (list === undefined || pageId(list) !== id) return undefined;
    const ids = decodePageList(list);
    const pace = new Pace(this.clock);
    const workers: WorkerOutline[] = [];
    let left = LONGEST_CATALOGUE;
    for (let next = 0; next < ids.length; next += PART) {
      const part = ids.slice(next, next + PART);
      const texts = await this.pages.read(part);
      for (const [i, text] of texts.entries()) {
        left -= text?.length ?? 0;
        if (text === undefined || left < 0 || pageId(text) !== part[i]) return undefined;
        workers.push(...decodePage(text));
        await pace.spend(100);
      }
    }
    return workers;
  }
}
