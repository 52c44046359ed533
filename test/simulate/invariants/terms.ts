import type { Instant } from '../../../libs/background-services/src/lease/index.js';
import { tokenText } from '../engine/history.js';
import type { Scheduler } from '../engine/scheduler.js';
import { overlap, wholeOf } from '../world/dealing.js';
import type { Machine } from '../world/machine.js';
import type { LeaseWitness } from './leases.js';
import type { Invariant, Verdicts } from './verdicts.js';

/** How late an abort may be, ms: what the library promises. */
const ABORT_WITHIN = 50;

/** A process whose terms are watched. */
export interface Watched {
  readonly name: string;
  readonly instanceId: string;
  readonly machine: Machine;
}

interface WatchedTerm {
  readonly process: Watched;
  readonly key: string;
  /** The key that it is a shard of, or its own. */
  readonly whole: string;
  readonly token: number;
  readonly grant: number;
  /** On the process's own clocks, when the last command that was confirmed to it had been sent. */
  confirmed: Instant;
  /** `dead`: past its deadline when something came that would have prolonged it. Nothing may bring it back. */
  phase: 'live' | 'dead' | 'aborted' | 'draining' | 'drained' | 'undrained';
  running: number;
  /** What listeners have heard of it. */
  heard: 'nothing' | 'elected' | 'revoked';
  /** In true time, when its deadline was seen to have passed. */
  deadlineAt: number | undefined;
}

/** Told of terms as they are seen to begin and end. */
export interface TermListener {
  began(process: Watched, key: string): void;
  ended(process: Watched, key: string, how: 'aborted' | 'died'): void;
}

/**
 * Terms by an account of their own: from what was sent and answered, and never by what the library says of them. A reply counts for the
 * deadline if it was handed to the library in time, from the moment at which its command was sent.
 */
export class TermWitness {
  readonly #terms = new Map<string, WatchedTerm>();
  readonly #granted = new Map<string, Instant>();
  readonly #live = new Set<WatchedTerm>();
  /** Terms that began while another one was there that they must not be beside: only then is there anything to look for. */
  #contested = 0;
  listener: TermListener | undefined;

  constructor(
    private readonly renewDeadline: number,
    private readonly assumptions: 'hold' | 'broken',
    private readonly scheduler: Scheduler,
    private readonly leases: LeaseWitness,
    private readonly verdicts: Verdicts,
  ) {}

  /** A grant was handed to a process; a term may follow. */
  granted(process: Watched, key: string, token: number, sentAt: Instant): void {
    this.#granted.set(id(process, key, token), sentAt);
  }

  /** A renewal was confirmed to a process. */
  renewed(process: Watched, key: string, token: number, sentAt: Instant): void {
    const term = this.#terms.get(id(process, key, token));
    if (term?.phase !== 'live') return;
    if (this.#remaining(term) <= 0) term.phase = 'dead';
    else if (sentAt.monotonic > term.confirmed.monotonic) term.confirmed = sentAt;
  }

  begun(process: Watched, key: string, token: number): void {
    const of = id(process, key, token);
    const sentAt = this.#granted.get(of);
    if (!sentAt)
      return this.verdicts.violated(
        'I3',
        `${process.name} leads ${key} under ${tokenText(token)}, ungranted`,
      );
    if (this.#terms.has(of)) return this.#says('I6', 'a second beginning', process, key, token);
    for (const other of this.#live)
      if (other.process === process && other.key === key)
        return this.#says(
          'I6',
          `a beginning before the end of ${tokenText(other.token)}`,
          process,
          key,
          token,
        );
    const term: WatchedTerm = {
      process,
      key,
      whole: wholeOf(key).name,
      token,
      grant: this.leases.grantOf(key, process.instanceId, token),
      confirmed: sentAt,
      phase: 'live',
      running: 0,
      heard: 'nothing',
      deadlineAt: undefined,
    };
    this.#terms.set(of, term);
    for (const other of this.#live) if (overlap(other.key, key)) this.#contested++;
    this.#live.add(term);
    this.#watch(term);
    this.listener?.began(process, key);
  }

  /** @param isLive what the library says of the term at the moment of the abort */
  aborted(process: Watched, key: string, token: number, isLive: boolean): void {
    const term = this.#known(process, key, token);
    if (!term) return;
    if (isLive) this.#says('I5', 'an abort before the gate was closed', process, key, token);
    if (term.phase !== 'live' && term.phase !== 'dead')
      this.#says('I6', 'a second abort', process, key, token);
    term.phase = 'aborted';
    this.#live.delete(term);
    this.listener?.ended(process, key, 'aborted');
  }

  /** An event was told. */
  told(process: Watched, key: string, token: number, what: 'elected' | 'revoked'): void {
    const term = this.#known(process, key, token);
    if (!term) return;
    if (term.heard !== (what === 'elected' ? 'nothing' : 'elected'))
      this.#says('I6', `"${what}" is told after "${term.heard}"`, process, key, token);
    if (what === 'revoked' && term.phase !== 'aborted')
      this.#says('I5', `"revoked" is told of a term that is ${term.phase}`, process, key, token);
    term.heard = what;
  }

  draining(process: Watched, key: string, token: number): void {
    const term = this.#known(process, key, token);
    if (!term) return;
    if (term.heard !== 'revoked')
      this.#says('I6', `listeners have heard "${term.heard}" of a term that drains`, process, key, token);
    if (term.phase !== 'aborted')
      this.#says('I5', `a drain of a term that is ${term.phase}`, process, key, token);
    term.phase = 'draining';
  }

  drained(process: Watched, key: string, token: number, undrained: readonly string[]): void {
    const term = this.#known(process, key, token);
    if (!term) return;
    if (undrained.length === 0 && term.running > 0)
      this.#says('I5', `drained while ${term.running} iterations run`, process, key, token);
    term.phase = undrained.length === 0 ? 'drained' : 'undrained';
  }

  /** A release is about to be sent. One of a grant that came too late for a term is no term's. */
  releasing(process: Watched, key: string, token: number): void {
    const term = this.#terms.get(id(process, key, token));
    if (term && term.phase !== 'drained')
      this.#says('I5', `a release of a term that is ${term.phase}`, process, key, token);
  }

  iterationStarts(process: Watched, key: string, token: number, worker: string): void {
    const term = this.#known(process, key, token);
    if (!term) return;
    if (term.phase === 'dead') this.#says('I9', `${worker} starts in a revived term`, process, key, token);
    else if (term.phase !== 'live')
      this.#says('I1', `${worker} starts in a term that is ${term.phase}`, process, key, token);
    else if (this.#remaining(term) <= 0) {
      const late = (-this.#remaining(term)).toFixed(1);
      this.#says('I1', `${worker} starts ${late} ms past the deadline`, process, key, token);
    } else if (
      this.assumptions === 'hold' &&
      !this.#isRobbed(term) &&
      !this.leases.holds(key, process.instanceId)
    )
      this.#says('I2', `${worker} starts without its lease`, process, key, token);
    term.running++;
  }

  /** `assertLeader()` has let the work go on. */
  asserted(process: Watched, key: string, token: number): void {
    const term = this.#known(process, key, token);
    if (term && !this.#isLive(term))
      this.#says('I1', `assertLeader() says yes in a term that is over (${term.phase})`, process, key, token);
  }

  iterationEnds(process: Watched, key: string, token: number): void {
    const term = this.#terms.get(id(process, key, token));
    if (term) term.running--;
  }

  /** Its process is gone, whatever it was doing. */
  died(process: Watched): void {
    for (const term of this.#live) {
      if (term.process !== process) continue;
      this.#live.delete(term);
      this.listener?.ended(process, term.key, 'died');
    }
  }

  /** A clock of the machine was set: deadlines are elsewhere now. */
  clockWasSet(machine: Machine): void {
    for (const term of this.#live) if (term.process.machine === machine) this.#watch(term);
  }

  leader(key: string): Watched | undefined {
    for (const term of this.#live)
      if (term.key === key && !term.process.machine.isHalted && this.#isLive(term)) return term.process;
    return undefined;
  }

  /** At most one live term a key and an id, whenever anything has happened. */
  afterStep(): void {
    if (this.#contested === 0 || this.assumptions === 'broken') return;
    const leaders = new Map<string, WatchedTerm>();
    /** The first live term of any part of a key. */
    const parts = new Map<string, WatchedTerm>();
    for (const term of this.#live) {
      if (!this.#isLive(term) || this.#isRobbed(term)) continue;
      const { process, key, whole, token } = term;
      const other = leaders.get(key);
      if (other) this.#says('I2', `a live term beside that of ${other.process.name}`, process, key, token);
      leaders.set(key, term);
      const part = parts.get(whole);
      if (part && overlap(part.key, key))
        this.#says('I12', `owns ids that ${part.process.name} has under ${part.key}`, process, key, token);
      else if (!part) parts.set(whole, term);
    }
  }

  /** Is there at the deadline, and 50 ms of an unblocked loop after it. */
  #watch(term: WatchedTerm): void {
    if (!this.#live.has(term)) return;
    const { key, token } = term;
    const { machine } = term.process;
    const remaining = this.#remaining(term);
    if (remaining > 0) {
      term.deadlineAt = undefined;
      this.#watchAgain(term, remaining);
      return;
    }
    const { now } = this.scheduler;
    term.deadlineAt ??= now;
    const blockedUntil = machine.isHalted ? now : machine.runningSince;
    const late = (now - Math.max(term.deadlineAt, blockedUntil)) * machine.rate;
    if (late < ABORT_WITHIN) this.#watchAgain(term, ABORT_WITHIN - late);
    else {
      const what = `no abort ${late.toFixed(1)} ms past the deadline`;
      this.#says(term.phase === 'dead' ? 'I9' : 'I4', what, term.process, key, token);
    }
  }

  #watchAgain(term: WatchedTerm, delay: number): void {
    this.scheduler.after(Math.max(1, delay / term.process.machine.rate), () => this.#watch(term));
  }

  #isLive(term: WatchedTerm): boolean {
    return term.phase === 'live' && this.#remaining(term) > 0;
  }

  /** An operator took its lease away; it may not know yet. */
  #isRobbed({ key, grant }: WatchedTerm): boolean {
    return this.leases.isRobbed(key, grant);
  }

  /** By the clock that says more. */
  #remaining({ process, confirmed }: WatchedTerm): number {
    const { monotonic, wall } = process.machine.instant();
    return this.renewDeadline - Math.max(monotonic - confirmed.monotonic, wall - confirmed.wall);
  }

  #known(process: Watched, key: string, token: number): WatchedTerm | undefined {
    const term = this.#terms.get(id(process, key, token));
    if (!term) this.#says('I3', 'a token that no term of this replica began with', process, key, token);
    return term;
  }

  #says(invariant: Invariant, what: string, { name }: Watched, key: string, token: number): void {
    this.verdicts.violated(invariant, `${name}, ${key}, term ${tokenText(token)}: ${what}`);
  }
}

function id({ instanceId }: Watched, key: string, token: number): string {
  return `${instanceId} ${key} ${token}`;
}
