import type { LeaseTiming, RevocationReason } from 'nestjs-background-services';
import type { ObservedCommand } from '../../support/observed-lease-store.js';
import type { ProcessorWaits } from '../../support/processor-waits.js';

/** What a test wrote down of a fleet. All times are `performance.now()` of the one process that all replicas run in. */
export interface Start {
  readonly replica: string;
  readonly token: number;
  readonly at: number;
}

export interface Abort extends Start {
  readonly reason: RevocationReason;
}

/** One command to the store, as the caller saw it. */
export interface Command extends ObservedCommand {
  readonly replica: string;
}

/** How late an abort may be, ms: the promise of the library. What the process waited for a processor is not in it. */
const ABORT_WITHIN = 50;

/**
 * What happened to the leadership of one key, and the rules that must hold whatever happened. Each rule returns its violations, so that a
 * failed test shows them.
 */
export class Journal {
  readonly terms: Start[] = [];
  readonly starts: Start[] = [];
  readonly aborts: Abort[] = [];
  readonly commands: Command[] = [];

  constructor(
    private readonly timing: LeaseTiming,
    private readonly waits: ProcessorWaits,
  ) {}

  aborted(abort: Abort): void {
    this.waits.read();
    this.aborts.push(abort);
  }

  /** The latest term, ended or not. */
  get term(): Start | undefined {
    return this.terms.at(-1);
  }

  abortOf(token: number): Abort | undefined {
    return this.aborts.find((abort) => abort.token === token);
  }

  /** Tokens that repeat or fall, over all terms of all replicas and all grants, those whose replica had given up included. */
  fallingTokens(): string[] {
    const grants = this.commands.filter(({ kind, token }) => kind === 'acquire' && token !== undefined);
    return [this.terms.map(({ token }) => token), grants.map(({ token }) => token!)].flatMap((tokens) =>
      tokens.flatMap((token, i) =>
        i > 0 && token <= tokens[i - 1]! ? [`token ${token} came after ${tokens[i - 1]}`] : [],
      ),
    );
  }

  /** Iterations that started after the signal of their term had fired, or past its renew deadline. */
  startsBeyondTheTerm(): string[] {
    return this.starts.flatMap(({ replica, token, at }) => {
      const abort = this.abortOf(token);
      const past = at - this.deadlineOf(token, at);
      return [
        ...(abort && at > abort.at
          ? [`${replica} started ${ms(at - abort.at)} after the abort of ${token}`]
          : []),
        ...(past > 0 ? [`${replica} started ${ms(past)} past the deadline of ${token}`] : []),
      ];
    });
  }

  /** Iterations that started under a token after one of a newer token had, later than `since`. */
  staleStarts(since = 0): string[] {
    let newest: Start | undefined;
    return this.starts.flatMap((start) => {
      if (newest && start.token < newest.token) {
        const { replica, token, at } = start;
        return at > since
          ? [`${replica} started under ${token} ${ms(at - newest.at)} after ${newest.token}`]
          : [];
      }
      newest = start;
      return [];
    });
  }

  /** Aborts that came too late: after the renew deadline, or after the answer that the lease was lost. */
  lateAborts(): string[] {
    return this.terms.flatMap(({ replica, token }) => {
      const abort = this.abortOf(token);
      const end = abort?.at ?? performance.now();
      const deadline = this.deadlineOf(token, end);
      const late = end - deadline - this.waits.between(deadline, end);
      const lost = this.commands.find(
        (command) => command.kind === 'renew' && command.token === token && command.outcome === 'lost',
      );
      const deaf = lost ? end - lost.answeredAt - this.waits.between(lost.answeredAt, end) : 0;
      return [
        ...(late > ABORT_WITHIN ? [`${replica}: ${token} was aborted ${ms(late)} after its deadline`] : []),
        ...(deaf > ABORT_WITHIN ? [`${replica}: ${token} was aborted ${ms(deaf)} after its loss`] : []),
      ];
    });
  }

  /** The renewals of a term that were sent after this moment, and answered. */
  answeredRenewals(token: number, since: number): Command[] {
    return this.commands.filter(
      ({ kind, token: of, sentAt, outcome }) =>
        kind === 'renew' && of === token && sentAt > since && outcome !== 'unknown',
    );
  }

  /** All rules that hold in every fault that takes no lease away from its holder. */
  violations(): string[] {
    return [
      ...this.fallingTokens(),
      ...this.startsBeyondTheTerm(),
      ...this.staleStarts(),
      ...this.lateAborts(),
    ];
  }

  /** When the term's last command that was confirmed by then had been sent, and the renew deadline on top. */
  private deadlineOf(token: number, at: number): number {
    let confirmed = -Infinity;
    for (const { token: of, sentAt, answeredAt, outcome } of this.commands) {
      if (of === token && answeredAt <= at && (outcome === 'acquired' || outcome === 'renewed'))
        confirmed = Math.max(confirmed, sentAt);
    }
    return confirmed + this.timing.renewDeadline;
  }
}

function ms(duration: number): string {
  return `${duration.toFixed(1)} ms`;
}
