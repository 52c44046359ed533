import type { Clock, FleetBoard } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import { decodeControlRecord } from './control-command.js';

/** More acts than this since the last look are not told one by one. */
const MOST_NOTES = 25;
/** Flags that somebody set without a note are found when operators act again, but not each time, ms. */
const SWEEP_PERIOD = 60_000;

/** Acts that leave a flag upon a worker, and upon a key. */
const OF_WORKERS: readonly string[] = ['pause', 'resume'];
const OF_KEYS: readonly string[] = ['disable', 'enable', 'expire-lease'];
/** Acts that leave none. */
const OF_LEADERS: readonly string[] = [
  ...['trigger', 'reset-breaker', 'force-open-breaker', 'step-down'],
  ...['cordon', 'uncordon'],
];

/** Where operators may have changed flags since the last look. */
export interface Changes {
  /** The keys that their notes name. */
  readonly keys: ReadonlySet<string>;
  /** Whether others may have changed as well. */
  readonly mayBeAny: boolean;
}

/**
 * Tells which keys operators acted upon, by the notes that their acts leave: an order is carried out by reading one lease, however many are led
 * here. Every announcement raises the revision by one; if it rose by more than the new notes explain, any key may have changed.
 */
export class FlagNews {
  #newest: string | undefined;
  #revision = NaN;
  /** Notes that were read before the revision that they raise. */
  #ahead = 0;
  #sweptAt = -Infinity;

  constructor(
    private readonly board: FleetBoard,
    private readonly replica: Replica,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<Changes> {
    const revision = await this.board.revision();
    const notes = await this.board.notes(MOST_NOTES);
    const fresh = this.#newest === undefined ? [] : notes.slice(0, this.#lengthBefore(this.#newest, notes));
    const rose = revision - this.#revision;
    const surplus = fresh.length + this.#ahead - rose;
    const keys = new Set<string>();
    const areNamed = fresh.map((note) => this.#name(note, keys)).every(Boolean);
    // NaN at the first look, and after one that failed.
    const isExplained = areNamed && rose >= 0 && surplus >= 0;
    const now = this.clock.monotonic();
    const mayBeAny = !isExplained || now - this.#sweptAt >= SWEEP_PERIOD;
    if (mayBeAny) this.#sweptAt = now;
    this.#ahead = isExplained ? surplus : 0;
    this.#revision = revision;
    this.#newest = notes[0] ?? '';
    return { keys, mayBeAny };
  }

  /** Nothing is known any more: any key may have changed. */
  forget(): void {
    this.#revision = NaN;
  }

  /** How many notes are newer; all, if there was none before or if it is not among them. */
  #lengthBefore(newest: string, notes: readonly string[]): number {
    const index = notes.indexOf(newest);
    return index < 0 ? notes.length : index;
  }

  /** Notes the key that an act was upon. Returns whether it is known what the act does. */
  #name(note: string, keys: Set<string>): boolean {
    const record = decodeControlRecord(note);
    if (!record) return false;
    const { action, target } = record;
    const key = OF_WORKERS.includes(action) ? this.replica.keyOf(target) : target;
    if (OF_WORKERS.includes(action) || OF_KEYS.includes(action)) {
      if (key !== undefined) keys.add(key);
      return true;
    }
    return OF_LEADERS.includes(action) || action.includes(':');
  }
}
