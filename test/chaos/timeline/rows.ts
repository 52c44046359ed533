import type { LeaseTiming } from 'nestjs-background-services';
import { type ChaosEvent, named } from '../events.js';
import { faultKind, type FaultName, type Spoils } from '../faults.js';
import { endOf, readTerms } from '../checks/term-history.js';

/** What is drawn of one replica, or of Redis. Times are on the machine's clock. */
export interface Row {
  readonly name: string;
  readonly lives: readonly Span[];
  readonly terms: readonly (Span & { readonly ordinal: number })[];
  readonly faults: readonly FaultMark[];
  readonly accepted: readonly number[];
  /** Iterations whose write the fence refused. */
  readonly refused: readonly number[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface FaultMark extends Span {
  readonly label: string;
  readonly spoils: Spoils;
}

export const REDIS = 'Redis';

/** A row for Redis and one for each replica's place, from the event log. */
export function readRows(events: readonly ChaosEvent[], timing: LeaseTiming): Row[] {
  const end = events.at(-1)?.at ?? 0;
  const healed = new Map(named(events, 'healed').map(({ fault, at }) => [fault, at]));
  const exits = new Map(named(events, 'exit').map(({ process, at }) => [process, at]));
  const faults = named(events, 'fault').map(({ fault, at, kind, processes }) => {
    const { spoils } = faultKind(kind as FaultName);
    const rows = spoils === 'Redis' ? [REDIS] : processes.map(placeOf);
    const to = healed.get(fault) ?? end;
    return { rows, mark: { from: at, to, label: labelOf(kind, to - at), spoils } };
  });
  const terms = readTerms(events, timing).map((term, i) => ({
    place: placeOf(term.process),
    ordinal: i + 1,
    from: term.began,
    to: Math.min(endOf(term), exits.get(term.process) ?? end),
  }));
  const boots = named(events, 'up');
  const wrote = named(events, 'wrote');
  const answered = (place: string, answer: 'accepted' | 'refused') =>
    wrote
      .filter(({ process, answers }) => placeOf(process) === place && answers.fenced === answer)
      .map(({ at }) => at);
  const places = [...new Set(boots.map(({ process }) => placeOf(process)))].sort();
  return [REDIS, ...places].map((name) => ({
    name,
    lives: boots.flatMap(({ process, at }) =>
      placeOf(process) === name ? [{ from: at, to: exits.get(process) ?? end }] : [],
    ),
    terms: terms.filter(({ place }) => place === name),
    faults: faults.flatMap(({ rows, mark }) => (rows.includes(name) ? [mark] : [])),
    accepted: answered(name, 'accepted'),
    refused: answered(name, 'refused'),
  }));
}

/** Short ones are over at once for the eye. */
function labelOf(kind: string, lasted: number): string {
  return lasted < 400 ? kind : `${kind} ${(lasted / 1_000).toFixed(1)} s`;
}

/** `A#2` ran in place `A`. */
function placeOf(process: string): string {
  return process.split('#')[0]!;
}
