import type { RedisTrouble } from '../../redis/index.js';
import type { Clock } from '../clock.js';
import type { StoreWarning } from '../store-warning.js';

/** A warning that comes with commands is over when it has not come for this long, ms. */
const MEMORY = 120_000;
/** What goes on is said again after this time, ms. */
const SAY_AGAIN = 60_000;

interface Noted {
  readonly warning: StoreWarning;
  readonly lasting: boolean;
  readonly seenAt: number;
  readonly saidAt: number;
}

/** What a connection knows of its Redis that is not as it should be: one warning of a kind, said once, or each minute while it goes on. */
export class LinkWarnings {
  readonly #noted = new Map<RedisTrouble['kind'], Noted>();

  constructor(
    private readonly clock: Pick<Clock, 'wall' | 'monotonic'>,
    private readonly onWarning: (warning: StoreWarning) => void,
  ) {}

  get all(): readonly StoreWarning[] {
    const now = this.clock.monotonic();
    return [...this.#noted.values()].filter((noted) => goesOn(noted, now)).map(({ warning }) => warning);
  }

  /** What stays until it is {@link clear}ed, and is said once. */
  set(trouble: RedisTrouble): void {
    const known = this.#noted.get(trouble.kind);
    this.#note(trouble, true, known?.warning.reason !== trouble.reason);
  }

  /** What stays for as long as it comes again, and is said again each minute. */
  repeat(trouble: RedisTrouble): void {
    const known = this.#noted.get(trouble.kind);
    const now = this.clock.monotonic();
    this.#note(trouble, false, !known || !goesOn(known, now) || now - known.saidAt >= SAY_AGAIN);
  }

  clear(kind: RedisTrouble['kind']): void {
    this.#noted.delete(kind);
  }

  #note({ kind, reason, cure }: RedisTrouble, lasting: boolean, isDue: boolean): void {
    const now = this.clock.monotonic();
    const known = this.#noted.get(kind);
    const since = known && goesOn(known, now) ? known.warning.since : this.clock.wall();
    const warning = { kind, reason, cure, since };
    this.#noted.set(kind, { warning, lasting, seenAt: now, saidAt: isDue || !known ? now : known.saidAt });
    if (isDue) this.onWarning(warning);
  }
}

function goesOn({ lasting, seenAt }: Noted, now: number): boolean {
  return lasting || now - seenAt < MEMORY;
}
