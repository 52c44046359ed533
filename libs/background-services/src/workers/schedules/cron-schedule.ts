import { inBackground } from '../../kit/index.js';
import type { Clock } from '../../lease/index.js';
import type { AttemptSteps, IterationOutcome } from '../attempt.js';
import { DueEntry, dueTimesOf } from '../due-times.js';
import type { TermLedger } from '../term-ledger.js';
import type { ScheduleSpec } from '../worker-definition.js';
import type { CronEntry } from './cron-entry.js';
import { CronSlots } from './cron-slots.js';
import { type CronPolicies, isTooLate, policiesOf, slotsToRun } from './misfire.js';
import type { Schedule, ScheduledWorker } from './schedule.js';
import { type Claim, SlotLedger } from './slot-ledger.js';

/** A sleeping timer does not notice that the wall clock was set; it looks at least this often, ms. */
const LONGEST_SLEEP = 30_000;

/** How far ahead of the store's time settled slots may lie and still be believed, ms: that clock may be set back a little. */
const TOLERATED_AHEAD = 60_000;

/** A sleep that would end this much too early or too late by the store's clock is begun anew, ms. */
const TOLERATED_DRIFT = 50;

/** Clocks that are this close are shown as one, ms: people look for the slot itself. */
const SAME_CLOCK = 1_000;

/**
 * Runs a worker at the slots of a cron pattern, each at most once across the fleet.
 *
 * A slot is claimed in the ledger by compare-and-set under the fencing token before it runs, and settled after it. What the ledger says was
 * settled last tells a new leader which slots passed while nobody led; the misfire policy says what becomes of them. A slot that passes
 * while an iteration of this worker is running is skipped, like every tick that finds one running.
 */
export class CronSchedule extends DueEntry implements Schedule {
  readonly #policies: CronPolicies;
  readonly #slots: CronSlots;
  readonly #slotLedger: SlotLedger;
  /** On the monotonic clock: a wall clock that is set back must not hold slots back for longer. */
  readonly #notBefore: number;
  #through = 0;
  #interrupted: CronEntry['running'];
  /** When the sleep ends, on the monotonic clock. */
  #wakesAt: number | undefined;
  #next: number | undefined;
  #state: 'running' | 'stopped' = 'stopped';

  constructor(
    spec: ScheduleSpec & { kind: 'cron' },
    private readonly worker: ScheduledWorker,
    private readonly ledger: TermLedger,
  ) {
    super();
    const { clock, bootedAt } = worker.context;
    this.#policies = policiesOf(spec, worker.definition.options);
    const { pattern, timeZone, utcOffset, initialDelay = 0 } = spec;
    this.#slots = new CronSlots(pattern, spec);
    const text = pattern instanceof Date ? pattern.toISOString() : pattern;
    const zone = timeZone ?? utcOffset ?? 'local';
    this.#slotLedger = new SlotLedger(`${text} ${zone}`, worker, ledger, initialDelay + TOLERATED_AHEAD);
    const left = Math.min(initialDelay, Math.max(0, bootedAt + initialDelay - clock.wall()));
    this.#notBefore = clock.monotonic() + left;
  }

  get nextRunAt(): Date | undefined {
    const slot = this.nextSlot;
    if (slot === undefined) return undefined;
    const ahead = this.#now() - this.#clock.wall();
    return new Date(Math.abs(ahead) < SAME_CLOCK ? slot : Math.round(slot - ahead));
  }

  get nextSlot(): number | undefined {
    return this.#state === 'stopped' ? undefined : this.#next;
  }

  start(): void {
    this.#state = 'running';
    const entry = this.#slotLedger.read();
    if (entry) {
      this.#through = entry.through;
      this.#interrupted = entry.running;
    } else {
      const disbelieved = this.#slotLedger.disbelieved;
      if (disbelieved !== undefined) this.#doubt(disbelieved);
      this.#startAnew();
    }
    this.#look();
  }

  stop(): void {
    this.#state = 'stopped';
    dueTimesOf(this.worker.context).cancel(this);
  }

  fire(): void {
    this.#look();
  }

  /** Every change of its entry is written when it happens. The store's time is known better with each renewal: a sleep follows it. */
  contribute(): void {
    if (this.#state === 'stopped' || this.#wakesAt === undefined || this.#next === undefined) return;
    const left = this.#next - this.#now();
    const sleeps = this.#wakesAt - this.#clock.monotonic();
    if (Math.abs(Math.min(left, LONGEST_SLEEP) - sleeps) <= TOLERATED_DRIFT || left >= LONGEST_SLEEP) return;
    this.#sleep(this.#next, left);
  }

  /** Nothing is known of this pattern: from here on every slot is accounted for. */
  #startAnew(): void {
    this.#through = this.#now() + this.#heldBack;
    this.#slotLedger.note(this.#through);
  }

  #doubt(through: number): void {
    this.worker.reporter.log.warn(
      `All slots up to ${toText(through)} are said to be settled, but the store's clock is at ${toText(this.#now())}: ` +
        'a clock was wrong. That is not believed, and slots run from now on; some may run a second time',
    );
  }

  get #clock(): Clock {
    return this.worker.context.clock;
  }

  /** By the store's clock, which all replicas share: slots of one with a wrong clock would run at wrong times, and keep others from theirs. */
  #now(): number {
    return Math.floor(this.ledger.term.storeNow());
  }

  /** Milliseconds that are left of the initial delay. */
  get #heldBack(): number {
    return Math.max(0, this.#notBefore - this.#clock.monotonic());
  }

  /** Runs what is due and sleeps until something is. */
  #look(): void {
    this.#wakesAt = undefined;
    if (this.#state === 'stopped') return;
    const now = this.#now();
    const heldBack = this.#heldBack;
    if (!this.#slotLedger.isCredible(this.#through)) {
      this.#doubt(this.#through);
      this.#startAnew();
    }
    if (heldBack > 0) return this.#sleep(this.#slots.next(now + heldBack), heldBack);
    const work = this.#dueWork(now);
    if (work) {
      inBackground(work.then(() => this.#look()));
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
    const sleep = Math.min(delay, LONGEST_SLEEP);
    this.#next = next;
    this.#wakesAt = this.#clock.monotonic() + sleep;
    dueTimesOf(this.worker.context).set(this, sleep);
  }

  async #runDue(due: readonly number[], now: number): Promise<void> {
    const { chosen, late } = slotsToRun(due, now, this.#policies);
    const missed = due.length - chosen.length;
    const { reporter } = this.worker;
    if (missed > 0 || late > 0) {
      reporter.missed(missed, late);
      reporter.log.warn(
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

  async #runSlot(slot: number): Promise<void> {
    const { worker } = this;
    const began = this.#now();
    // It was in time when it was chosen, but others went first.
    if (isTooLate(slot, began, this.#policies)) {
      worker.reporter.missed(1);
      return this.#settleSkipped(slot);
    }
    const attempt = worker.attempt(slot, this.#claiming(slot, began));
    if ('finished' in attempt) await attempt.finished;
    else if (attempt.refused === 'not-leading' || attempt.refused === 'stopped') this.stop();
    else if (attempt.refused === 'busy' && this.#policies.misfire === 'fire-all') {
      await worker.drained();
      if (this.#state === 'running') await this.#runSlot(slot);
    } else {
      if (attempt.refused !== 'circuit-open') worker.reporter.skipped(1);
      this.#settleSkipped(slot);
    }
  }

  #claiming(slot: number, began: number): AttemptSteps {
    let claim: Claim | undefined;
    return {
      isStoreTime: true,
      prepare: async () => {
        claim = await this.#slotLedger.claim(slot, this.#through);
        if (claim.outcome === 'refused')
          this.#through = Math.max(this.#through, slot, this.#slotLedger.read()?.through ?? 0);
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
    if (overlapped.length > 0) this.worker.reporter.skipped(overlapped.length);
    this.#through = Math.max(this.#through, overlapped.at(-1) ?? slot);
    if (outcome !== 'aborted') await this.#slotLedger.settle(this.#through);
  }

  #overlapped(slot: number, began: number): readonly number[] {
    if (this.#policies.misfire === 'fire-all') return [];
    // A slot that ran again after an interruption may have older ones behind it, which found nobody: they are due, not skipped.
    const following = this.#slots.next(slot);
    return following === undefined || following <= began ? [] : this.#slots.within(slot, this.#now());
  }

  /** Slots up to this one are settled without having been claimed. */
  #settleSkipped(slot: number): void {
    this.#through = Math.max(this.#through, slot);
    this.#slotLedger.note(this.#through);
  }

  async #resolveInterrupted({ slot, token }: NonNullable<CronEntry['running']>): Promise<void> {
    const { reporter } = this.worker;
    // It may have been here, before the worker was stopped and started again: it may end well yet, or give the slot back.
    await this.worker.drained();
    const entry = this.#slotLedger.read();
    this.#through = entry?.through ?? this.#through;
    if (this.#state === 'stopped' || entry?.running?.slot !== slot) return;
    const text = `Slot ${toText(slot)} was started under token ${token} and not finished`;
    if (this.#policies.onInterrupted === 'rerun' && !isTooLate(slot, this.#now(), this.#policies)) {
      reporter.log.warn(`${text}; running it again (onInterrupted: 'rerun')`);
      return this.#runSlot(slot);
    }
    reporter.log.warn(`${text}; given up (onInterrupted: '${this.#policies.onInterrupted}')`);
    reporter.missed(1);
    await this.#slotLedger.settle(this.#through);
  }
}

function toText(time: number): string {
  return new Date(time).toISOString();
}
