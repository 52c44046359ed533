import type { LeaseTiming } from 'nestjs-background-services';
import { type ChaosEvent, grouped, type Named, named } from '../events.js';

/** A command that prolonged a lease, as its sender saw it. */
interface Confirmation {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** All that the log says of one term. */
export interface TermHistory {
  readonly token: number;
  readonly process: string;
  /** When the lease was granted to it. */
  readonly began: number;
  /** In the order of the answers; the first one is the grant. */
  readonly confirmations: readonly [Confirmation, ...Confirmation[]];
  /** When it was first told that the lease is not its own. */
  readonly lostAt: number | undefined;
  readonly abort: Named<'abort'> | undefined;
  readonly starts: readonly Named<'start'>[];
  readonly deadline: DeadlineOf;
}

/** The deadline of a term as far as was known at a moment. */
export type DeadlineOf = (at: number) => number;

/**
 * The terms of a fleet, by their tokens. A grant alone makes no term: its answer may have come after its sender gave it up, and is dropped
 * then. What began work is a term.
 */
export function readTerms(events: readonly ChaosEvent[], { renewDeadline }: LeaseTiming): TermHistory[] {
  const commands = grouped(
    named(events, 'command').filter(({ token }) => token !== undefined),
    ({ token }) => token!,
  );
  const aborts = new Map(named(events, 'abort').map((abort) => [abort.token, abort]));
  const starts = grouped(named(events, 'start'), ({ token }) => token);
  return named(events, 'term')
    .flatMap(({ token, process }) => {
      const answers = commands.get(token) ?? [];
      const [grant, ...renewals] = answers
        .filter(({ outcome }) => outcome === 'acquired' || outcome === 'renewed')
        .map(({ sentAt, at }) => ({ sentAt, answeredAt: at }));
      if (!grant) return [];
      const confirmations = [grant, ...renewals] as const;
      return {
        token,
        process,
        began: grant.answeredAt,
        confirmations,
        lostAt: answers.find(({ kind, outcome }) => kind === 'renew' && outcome === 'lost')?.at,
        abort: aborts.get(token),
        starts: starts.get(token) ?? [],
        deadline: deadlineOf(confirmations, renewDeadline),
      };
    })
    .sort((a, b) => a.token - b.token);
}

/**
 * The deadline counts from when the last confirmed command was sent. An answer that comes past it revives nothing.
 * Commands are seen a moment after the elector noted when it sends them, so the deadline read here may be late by that moment.
 */
function deadlineOf(
  [grant, ...renewals]: readonly [Confirmation, ...Confirmation[]],
  renewDeadline: number,
): DeadlineOf {
  return (at) => {
    let deadline = grant.sentAt + renewDeadline;
    for (const { sentAt, answeredAt } of renewals) {
      if (answeredAt > at || answeredAt >= deadline) break;
      deadline = Math.max(deadline, sentAt + renewDeadline);
    }
    return deadline;
  };
}

/** When a term was over by its own clock: at its abort, or at its deadline if nothing was heard of it any more. */
export function endOf({ abort, deadline }: TermHistory): number {
  return Math.min(abort?.at ?? Infinity, deadline(abort?.at ?? Infinity));
}
