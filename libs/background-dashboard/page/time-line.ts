import type { Key } from './wire.js';

/** A stretch of a key's time line, in per cent of its width. */
export interface Stretch {
  readonly leader: string;
  readonly token: number;
  readonly from: number;
  /** `undefined`: it goes on, or nobody can say. */
  readonly to: number | undefined;
  readonly reason: string;
  readonly left: number;
  readonly width: number;
}

/** Who led a key within the last `span` ms, oldest first. */
export function stretchesOf({ terms, leader }: Key, now: number, span: number): readonly Stretch[] {
  const oldest = now - span;
  const sorted = terms
    .map((term) => ({
      ...term,
      from: Date.parse(term.from),
      to: term.to === null ? undefined : Date.parse(term.to),
    }))
    .sort((a, b) => a.from - b.from);
  return sorted.flatMap((term, index) => {
    const next = sorted[index + 1];
    const isCurrent = next === undefined && term.leader === leader && term.to === undefined;
    // Of a leader that was killed nobody knows the end; it was over when the next one began.
    const end = Math.min(term.to ?? next?.from ?? now, next?.from ?? now, now);
    if (end <= oldest && !isCurrent) return [];
    const start = Math.max(term.from, oldest);
    return [
      {
        leader: term.leader,
        token: term.token,
        from: term.from,
        to: term.to,
        reason: term.reason ?? (isCurrent ? 'leads' : 'not heard of again'),
        left: ((start - oldest) / span) * 100,
        width: (Math.max(0, end - start) / span) * 100,
      },
    ];
  });
}

/** Gives each replica a colour of its own, as long as there are enough. */
export class Palette {
  static readonly SIZE = 8;
  readonly #given = new Map<string, number>();

  /** A class name. */
  of(replica: string): string {
    const index = this.#given.get(replica) ?? this.#given.size;
    this.#given.set(replica, index);
    return `replica-${index % Palette.SIZE}`;
  }
}
