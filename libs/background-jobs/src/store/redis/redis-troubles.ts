import type { Clock } from 'nestjs-background-services/store';
import { type LineLogger, type RedisTrouble, troubleLine } from 'nestjs-background-http-kit';

/** What goes on is said again after this time, ms. */
const SAY_AGAIN = 60_000;
/** What has not been met with for this long is over, ms: nobody may ask again for what was refused. */
const MEMORY = 120_000;
/** Different ones that are known at a time. */
const MOST = 50;

/** They are about one thing that was asked for; all others are about the way to Redis, or Redis as a whole. */
const OF_ONE_THING: readonly RedisTrouble['kind'][] = ['command', 'keys', 'channels', 'memory', 'replica'];

interface Noted {
  line: string;
  /** What failed of it last time, and has not worked since. Empty: it is over. */
  readonly failing: Set<string>;
  seenAt: number;
  saidAt: number;
  /** Whether it was said since it began. */
  wasSaid: boolean;
}

/** What keeps jobs from their Redis: said at once, again each minute while it goes on, and when it is over. */
export class RedisTroubles {
  readonly #noted = new Map<string, Noted>();
  readonly #hints = new Map<RedisTrouble['kind'], string>();

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly logger: Pick<LineLogger, 'log' | 'warn'>,
  ) {}

  /** Why jobs cannot use their Redis at present, with what to do about it; `undefined`: they can, as far as is known. */
  get current(): string | undefined {
    this.#forget();
    const found = [...this.#noted.values()].find(({ failing }) => failing.size > 0);
    return found && textOf(found);
  }

  /** @param what was asked for, such as the name of a script; it clears the trouble when it works again */
  failed(what: string, trouble: RedisTrouble): void {
    this.#forget();
    const now = this.clock.monotonic();
    const key = keyOf(trouble);
    const noted = this.#noted.get(key) ?? {
      ...{ line: '', failing: new Set<string>(), seenAt: now, saidAt: -Infinity, wasSaid: false },
    };
    this.#noted.set(key, noted);
    // The first words on a password are those of AUTH; all later commands only say that there was none.
    if (trouble.kind !== 'credentials' || noted.failing.size === 0) noted.line = troubleLine(trouble);
    noted.seenAt = now;
    // What is not understood may be about one job only, and is no state of Redis.
    if (trouble.kind !== 'other') noted.failing.add(OF_ONE_THING.includes(trouble.kind) ? what : '');
    if (now - noted.saidAt < SAY_AGAIN) return;
    noted.saidAt = now;
    noted.wasSaid = true;
    this.logger.warn(trouble.kind === 'other' ? `Redis: ${noted.line}` : textOf(noted));
  }

  /** Something worked, and so there is a way to Redis, too. */
  works(what: string): void {
    if (this.#noted.size === 0) return;
    this.#forget();
    for (const noted of this.#noted.values()) {
      const was = noted.failing.size;
      noted.failing.delete(what);
      noted.failing.delete('');
      if (was > 0) this.#endIfOver(noted);
    }
  }

  /** What works, but not as it should: said once, and again when it changes. */
  hint(trouble: RedisTrouble): void {
    const line = troubleLine(trouble);
    if (this.#hints.get(trouble.kind) === line) return;
    this.#hints.set(trouble.kind, line);
    this.logger.warn(line);
  }

  /** A hint is true no more. */
  noHint(kind: RedisTrouble['kind']): void {
    this.#hints.delete(kind);
  }

  #forget(): void {
    const now = this.clock.monotonic();
    for (const [key, noted] of this.#noted) {
      if (noted.failing.size > 0 && now - noted.seenAt >= MEMORY) {
        noted.failing.clear();
        this.#endIfOver(noted);
      }
      const isOld = noted.failing.size === 0 && now - noted.saidAt >= SAY_AGAIN;
      if (isOld || this.#noted.size > MOST) this.#noted.delete(key);
    }
  }

  #endIfOver(noted: Noted): void {
    if (noted.failing.size > 0) return;
    if (noted.wasSaid) this.logger.log(`Jobs can use Redis again. It was: ${noted.line}`);
    noted.wasSaid = false;
  }
}

function textOf({ line }: Noted): string {
  return `Jobs cannot use Redis: ${line}`;
}

/** One line for what has one cause, however many ask and in whatever words it shows. */
function keyOf({ kind, reason, cure }: RedisTrouble): string {
  return kind === 'command' ? `${kind} ${cure}` : kind === 'other' ? `${kind} ${reason}` : kind;
}
