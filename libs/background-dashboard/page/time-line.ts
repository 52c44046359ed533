import type { Key, Term } from './wire.js';

/** A part of a key's time line, in per cent of its width: somebody led, or nobody is known to have led. */
export type Stretch = Led | Gap;

interface Place {
  readonly from: number;
  readonly left: number;
  readonly width: number;
}

interface Led extends Place {
  readonly kind: 'led';
  readonly leader: string;
  readonly token: number;
  /** How it ended. */
  readonly end: TermEnd;
}

interface Gap extends Place {
  readonly kind: 'gap';
  readonly to: number;
}

/** A leader that was killed tells no end: all that is known is when it was last heard of, if that. */
export type TermEnd =
  | { readonly kind: 'leads' }
  | { readonly kind: 'ended'; readonly at: number; readonly reason: string }
  | { readonly kind: 'silent'; readonly since: number };

/** A hand-over takes less, and is no gap; after a leader that was killed any time is one, ms. */
const SHORTEST_GAP = 1_000;

/** Who led a key within the last `span` ms, oldest first. A term is drawn for as long as it is known to have gone on, and not until the next one. */
export function stretchesOf(key: Key, now: number, span: number): readonly Stretch[] {
  const oldest = now - span;
  const place = (from: number, to: number): Place => {
    const start = Math.max(from, oldest);
    return {
      from,
      left: ((start - oldest) / span) * 100,
      width: (Math.max(0, Math.min(to, now) - start) / span) * 100,
    };
  };
  const sorted = [...key.terms].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  return sorted.flatMap((term, index): readonly Stretch[] => {
    const from = Date.parse(term.from);
    const following = sorted[index + 1];
    const next = following === undefined ? undefined : Date.parse(following.from);
    const end = endOf(term, key, next);
    const until = Math.min(
      end.kind === 'leads' ? now : end.kind === 'ended' ? end.at : end.since,
      next ?? now,
    );
    const resumed = next ?? now;
    const led: Led = { ...place(from, until), kind: 'led', leader: term.leader, token: term.token, end };
    const gap: Gap = { ...place(until, resumed), kind: 'gap', to: resumed };
    return [
      ...(until > oldest || end.kind === 'leads' ? [led] : []),
      ...(resumed - until >= (end.kind === 'silent' ? 1 : SHORTEST_GAP) && resumed > oldest ? [gap] : []),
    ];
  });
}

function endOf(term: Term, { state, leader, token }: Key, next: number | undefined): TermEnd {
  const { reason, from, to, lastSignAt } = term;
  if (to !== null) return { kind: 'ended', at: Date.parse(to), reason: reason ?? 'ended' };
  const goesOn = state === 'led' && term.leader === leader && term.token === token && next === undefined;
  return goesOn ? { kind: 'leads' } : { kind: 'silent', since: Date.parse(lastSignAt ?? from) };
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
