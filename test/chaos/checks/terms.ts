import { type ChaosEvent, named } from '../events.js';
import { faultKind, type FaultName } from '../faults.js';
import { readStandstills, stoodStill } from './standstills.js';
import { endOf, type TermHistory } from './term-history.js';
import { ms, type Violation, violation } from './violation.js';

/** How late an abort may be: the promise of the library, ms. Standstills and waits for a processor come on top. */
const ABORT_WITHIN = 50;

/** Two terms of different replicas that were live at the same time. */
export interface Overlap {
  readonly older: TermHistory;
  readonly newer: TermHistory;
  readonly duration: number;
}

/** The rules of leadership. Terms are sorted by their tokens, events by their times. */
export function checkTerms(
  terms: readonly TermHistory[],
  events: readonly ChaosEvent[],
): { readonly violations: Violation[]; readonly overlaps: Overlap[] } {
  const overlaps = overlapsOf(terms);
  const allowed = overlaps.filter((overlap) => isAllowed(overlap, events));
  return {
    overlaps: allowed,
    violations: [
      ...terms.flatMap(startsBeyond),
      ...lateAborts(terms, events),
      ...fallingTokens(events),
      ...overlaps
        .filter((overlap) => !allowed.includes(overlap))
        .map(({ older, newer, duration }) =>
          violation(
            'two live terms',
            newer.began,
            `${older.token} of ${older.process} lived for ${ms(duration)} with ${newer.token} of ${newer.process}`,
          ),
        ),
    ],
  };
}

/** Iterations that began past the deadline of their term, or after its signal had fired. */
function startsBeyond({ process, token, starts, abort, deadline }: TermHistory): Violation[] {
  return starts.flatMap(({ at }) => {
    const past = at - deadline(at);
    return [
      ...(past > 0
        ? [violation('a start past the deadline', at, `${process}, ${token}: by ${ms(past)}`)]
        : []),
      ...(abort && at > abort.at
        ? [violation('a start after the abort', at, `${process}, ${token}: by ${ms(at - abort.at)}`)]
        : []),
    ];
  });
}

/** Signals that fired too late: after the deadline, or after the news that the lease is lost. */
function lateAborts(terms: readonly TermHistory[], events: readonly ChaosEvent[]): Violation[] {
  const standstills = readStandstills(events);
  const died = deaths(events);
  const end = events.at(-1)?.at ?? 0;
  return terms.flatMap(({ process, token, abort, lostAt, deadline }) => {
    const heardOf = abort?.at ?? Math.min(died.get(process) ?? Infinity, end);
    const due = Math.min(deadline(heardOf), lostAt ?? Infinity);
    const late = heardOf - due - stoodStill(process, due, heardOf, standstills) - (abort?.waited ?? 0);
    if (late <= ABORT_WITHIN) return [];
    const what = `${process}, ${token}: ${abort ? '' : 'none at all, '}${ms(late)} after it was due`;
    return [violation('a late abort', heardOf, what)];
  });
}

/** When processes were last known to live. */
function deaths(events: readonly ChaosEvent[]): Map<string, number> {
  const died = new Map(named(events, 'exit').map(({ process, at }) => [process, at]));
  for (const { kind, processes, at } of named(events, 'fault')) {
    if (kind === 'kill -9') for (const process of processes) died.set(process, at);
  }
  return died;
}

/** Tokens that did not rise: a grant that was asked for when another one had been answered must have the larger one. */
function fallingTokens(events: readonly ChaosEvent[]): Violation[] {
  const grants = named(events, 'command').filter(
    ({ kind, token }) => kind === 'acquire' && token !== undefined,
  );
  const bySending = [...grants].sort((a, b) => a.sentAt - b.sentAt);
  const byAnswer = [...grants].sort((a, b) => a.at - b.at);
  let newest = 0;
  let answered = 0;
  return bySending.flatMap(({ sentAt, token, process, at }) => {
    for (let next = byAnswer[answered]; next && next.at < sentAt; next = byAnswer[(answered += 1)])
      newest = Math.max(newest, next.token!);
    return token! > newest
      ? []
      : [violation('a token that did not rise', at, `${process} got ${token} after ${newest}`)];
  });
}

function overlapsOf(terms: readonly TermHistory[]): Overlap[] {
  return terms.flatMap((older, i) => {
    const end = endOf(older);
    return terms
      .slice(i + 1)
      .filter((newer) => newer.began < end)
      .map((newer) => ({ older, newer, duration: Math.min(end, endOf(newer)) - newer.began }));
  });
}

/**
 * Where Redis has forgotten the lease (FLUSHALL, a restart without data), it grants it anew, and the older leader hears of that only at its
 * next renewal, or stops at its deadline. The library promises nothing else for this; fencing is for that. So it is allowed if Redis forgot
 * while the older term lived, and nothing prolonged that term afterwards.
 */
function isAllowed({ older, newer }: Overlap, events: readonly ChaosEvent[]): boolean {
  const healed = new Map(named(events, 'healed').map(({ fault, at }) => [fault, at]));
  return named(events, 'fault')
    .filter(({ kind }) => faultKind(kind as FaultName).wipes)
    .some(({ fault, at }) => {
      const over = healed.get(fault) ?? Infinity;
      return (
        at < newer.began && over > older.began && older.confirmations.every(({ sentAt }) => sentAt < over)
      );
    });
}
