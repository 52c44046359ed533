import type { Timer } from '../../lease/index.js';
import type { InterruptedPolicy, MisfirePolicy, ScheduleSpec } from '../worker-definition.js';
import type { CronEntry } from './cron-entry.js';
import { CronSlots } from './cron-slots.js';
import type { AttemptSteps, IterationOutcome, Schedule, ScheduleHost } from './schedule.js';
import { type Claim, SlotLedger } from './slot-ledger.js';

/** A sleeping timer does not notice that the wall clock was set; it looks at least this often, ms. */
const LONGEST_SLEEP = 30_000;

/** How late a slot may be and still count as on time, ms. */
const DEFAULT_THRESHOLD = 1_000;

/** How far replicas' clocks may be apart before it is worth a line in the log, ms. */
const TOLERATED_SKEW = 60_000;

export interface CronPolicies {
  readonly misfire: MisfirePolicy;
  readonly startDeadline: number;
  readonly onInterrupted: InterruptedPolicy;
}

/**
 * Runs a worker at the slots of a cron pattern, each at most once across the fleet.
 *
 * A slot is claimed in the ledger by compare-and-set under the fencing token before it runs, and settled after it. What the ledger says was
 * settled last tells a new leader which slots passed while nobody led; the misfire policy says what becomes of them. A slot that passes
 * while an iteration of this worker is running is skipped, like every tick that finds one running.
 */
export class CronSchedule implements Schedule {
  readonly #slots: CronSlots;
  readonly #ledger: SlotLedger;
  readonly #threshold: number;
  readonly #initialDelay: number;
  /** On the monotonic clock: a wall clock that is set back must not hold slots back for longer. */
  readonly #notBefore: number;
  #through = 0;
  #interrupted: CronEntry['running'];
  #timer: Timer | undefined;
  #next: number | undefined;
  #state: 'running' | 'stopped' = 'stopped';

  constructor(
    spec: ScheduleSpec & { kind: 'cron' },
    private readonly policies: CronPolicies,
    private readonly host: ScheduleHost,
  ) {
    const { clock, bootedAt } = host;
    const { pattern, timeZone, utcOffset, initialDelay = 0 } = spec;
    this.#slots = new CronSlots(pattern, spec);
    const text = pattern instanceof Date ? pattern.toISOString() : pattern;
    this.#ledger = new SlotLedger(`${text} ${timeZone ?? utcOffset ?? 'local'}`, host);
    this.#threshold = spec.threshold ?? DEFAULT_THRESHOLD;
    this.#initialDelay = initialDelay;
    const left = Math.min(initialDelay, Math.max(0, bootedAt + initialDelay - clock.wall()));
    this.#notBefore = clock.monotonic() + left;
  }

  get nextRunAt(): Date | undefined {
    return this.#state === 'stopped' || this.#next === undefined ? undefined : new Date(this.#next);
  }

  start(): void {
    this.#state = 'running';
    const entry = this.#ledger.read();
    if (entry) this.#resume(entry);
    else {
      // Nothing is known of this pattern: from here on every slot is accounted for.
      this.#through = this.host.clock.wall() + this.#heldBack;
      this.#ledger.note(this.#through);
    }
    this.#look();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
  }

  contribute(): void {
    // Every change of its entry is written when it happens.
  }

  #resume({ through, running }: CronEntry): void {
    this.#through = through;
    this.#interrupted = running;
    if (through - this.host.clock.wall() <= this.#initialDelay + TOLERATED_SKEW) return;
    this.host.logger.warn(
      `The ledger says that all slots up to ${toText(through)} are settled, which this clock is not at yet: nothing runs before then`,
    );
  }

  /** Milliseconds that are left of the initial delay. */
  get #heldBack(): number {
    return Math.max(0, this.#notBefore - this.host.clock.monotonic());
  }

  /** Runs what is due and sleeps until something is. */
  #look(): void {
    if (this.#state === 'stopped') return;
    const now = this.host.clock.wall();
    const heldBack = this.#heldBack;
    if (heldBack > 0) return this.#sleep(this.#slots.next(now + heldBack), heldBack);
    const work = this.#dueWork(now);
    if (work) {
      void work.then(() => this.#look());
      return;
    }
    const next = this.#slots.next(Math.max(this.#through, now));
    this.#sleep(next, next === undefined ? LONGEST_SLEEP : next - now);
  }

  #dueWork(now: number): Promise<void> | undefined {
    const interrupted = this.#interrupted;
    this.#interrupted = undefined;
    if (interrupted) return this.#resolveInterrupted(interrupted);
    const due = this.#slots.within(this.#through, now);
    return due.length > 0 ? this.#runDue(due, now) : undefined;
  }

  #sleep(next: number | undefined, delay: number): void {
    this.#next = next;
    this.#timer = this.host.clock.setTimeout(() => this.#look(), Math.min(delay, LONGEST_SLEEP));
  }

  async #runDue(due: readonly number[], now: number): Promise<void> {
    const chosen = this.#choose(due, now);
    const missed = due.length - chosen.length;
    const late = chosen.filter((slot) => now - slot > this.#threshold);
    if (missed > 0 || late.length > 0) {
      this.host.missed(missed, late.length);
      this.host.logger.warn(
        `Misfire: ${due.length} slot${due.length === 1 ? '' : 's'} passed up to ${toText(due.at(-1) ?? now)}; ` +
          `running ${chosen.length} late, giving up ${missed}`,
      );
    }
    if (chosen.length === 0) this.#settleSkipped(due.at(-1) ?? now);
    for (const slot of chosen) {
      this.#next = slot;
      await this.#runSlot(slot);
      // The term may have ended meanwhile; what is left is the successor's.
      if (this.#state === 'stopped') return;
    }
  }

  #choose(due: readonly number[], now: number): readonly number[] {
    const inTime = due.filter((slot) => !this.#isTooLate(slot, now));
    switch (this.policies.misfire) {
      case 'fire-all':
        return inTime;
      case 'fire-once':
        return inTime.slice(-1);
      case 'skip':
        return inTime.slice(-1).filter((slot) => now - slot <= this.#threshold);
    }
  }

  #isTooLate(slot: number, now: number): boolean {
    return now - slot > this.policies.startDeadline;
  }

  async #runSlot(slot: number): Promise<void> {
    const { host } = this;
    const began = host.clock.wall();
    // It was in time when it was chosen, but others went first.
    if (this.#isTooLate(slot, began)) {
      host.missed(1);
      return this.#settleSkipped(slot);
    }
    const attempt = host.attempt(slot, this.#claiming(slot, began));
    if ('finished' in attempt) await attempt.finished;
    else if (attempt.refused === 'not-leading' || attempt.refused === 'stopped') this.stop();
    else if (attempt.refused === 'busy' && this.policies.misfire === 'fire-all') {
      await host.drained();
      if (this.#state === 'running') await this.#runSlot(slot);
    } else {
      if (attempt.refused !== 'circuit-open') host.skipped(1);
      this.#settleSkipped(slot);
    }
  }

  #claiming(slot: number, began: number): AttemptSteps {
    let claim: Claim | undefined;
    return {
      prepare: async () => {
        claim = await this.#ledger.claim(slot, this.#through);
        if (claim.outcome === 'refused')
          this.#through = Math.max(this.#through, slot, this.#ledger.read()?.through ?? 0);
        return claim.outcome === 'ours';
      },
      conclude: async (outcome) => {
        if (outcome.outcome === 'not-started') await claim?.undo();
        else await this.#settle(slot, began, outcome);
      },
    };
  }

  /** The slot has run; what passed meanwhile found it running. An aborted run stays "running": the successor decides by its policy. */
  async #settle(slot: number, began: number, { outcome }: IterationOutcome): Promise<void> {
    const overlapped = this.#overlapped(slot, began);
    if (overlapped.length > 0) this.host.skipped(overlapped.length);
    this.#through = Math.max(this.#through, overlapped.at(-1) ?? slot);
    if (outcome !== 'aborted') await this.#ledger.settle(this.#through);
  }

  #overlapped(slot: number, began: number): readonly number[] {
    if (this.policies.misfire === 'fire-all') return [];
    // A slot that ran again after an interruption may have older ones behind it, which found nobody: they are due, not skipped.
    const following = this.#slots.next(slot);
    return following === undefined || following <= began
      ? []
      : this.#slots.within(slot, this.host.clock.wall());
  }

  /** Slots up to this one are settled without having been claimed. */
  #settleSkipped(slot: number): void {
    this.#through = Math.max(this.#through, slot);
    this.#ledger.note(this.#through);
  }

  async #resolveInterrupted({ slot, token }: NonNullable<CronEntry['running']>): Promise<void> {
    const { host } = this;
    // It may have been here, before the worker was stopped and started again: it may end well yet, or give the slot back.
    await host.drained();
    const entry = this.#ledger.read();
    this.#through = entry?.through ?? this.#through;
    if (this.#state === 'stopped' || entry?.running?.slot !== slot) return;
    const text = `Slot ${toText(slot)} was started under token ${token} and not finished`;
    if (this.policies.onInterrupted === 'rerun' && !this.#isTooLate(slot, host.clock.wall())) {
      host.logger.warn(`${text}; running it again (onInterrupted: 'rerun')`);
      return this.#runSlot(slot);
    }
    host.logger.warn(`${text}; given up (onInterrupted: '${this.policies.onInterrupted}')`);
    host.missed(1);
    await this.#ledger.settle(this.#through);
  }
}

function toText(time: number): string {
  return new Date(time).toISOString();
}
