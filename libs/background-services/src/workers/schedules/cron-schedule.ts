import type { RecordReply, Timer } from '../../lease/index.js';
import { unknownRetryDelay } from '../../leadership/index.js';
import type { InterruptedPolicy, MisfirePolicy, ScheduleSpec } from '../worker-definition.js';
import { type CronEntry, decodeCronEntry, encodeCronEntry, slotField } from './cron-entry.js';
import { CronSlots } from './cron-slots.js';
import type { IterationOutcome, Schedule, ScheduleHost } from './schedule.js';

/** A sleeping timer does not notice that the wall clock was set; it looks at least this often, ms. */
const LONGEST_SLEEP = 30_000;

/** How late a slot may be and still count as on time, ms. */
const DEFAULT_THRESHOLD = 1_000;

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
 *
 * Its ledger entry is written by compare-and-set only: a command that timed out may run late, and must not undo a newer claim.
 */
export class CronSchedule implements Schedule {
  readonly #slots: CronSlots;
  readonly #pattern: string;
  readonly #field: string;
  readonly #threshold: number;
  readonly #notBefore: number;
  #through = 0;
  #timer: Timer | undefined;
  #next: number | undefined;
  #state: 'running' | 'stopped' = 'stopped';

  constructor(
    spec: ScheduleSpec & { kind: 'cron' },
    private readonly policies: CronPolicies,
    private readonly host: ScheduleHost,
  ) {
    this.#slots = new CronSlots(spec.pattern, spec);
    this.#pattern = `${spec.pattern instanceof Date ? spec.pattern.toISOString() : spec.pattern} ${spec.timeZone ?? spec.utcOffset ?? 'local'}`;
    this.#field = slotField(host.name);
    this.#threshold = spec.threshold ?? DEFAULT_THRESHOLD;
    this.#notBefore = host.bootedAt + (spec.initialDelay ?? 0);
  }

  get nextRunAt(): Date | undefined {
    return this.#state === 'stopped' || this.#next === undefined ? undefined : new Date(this.#next);
  }

  start(): void {
    this.#state = 'running';
    const entry = decodeCronEntry(this.host.ledger.get(this.#field));
    if (entry?.pattern !== this.#pattern) {
      // Nothing is known of this pattern: from here on every slot is accounted for.
      this.#through = Math.max(this.host.clock.wall(), this.#notBefore);
      void this.#write({ through: this.#through });
      this.#look();
      return;
    }
    this.#through = entry.through;
    if (entry.running) void this.#resolveInterrupted(entry.running).then(() => this.#look());
    else this.#look();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
  }

  contribute(): void {
    // Every change of its entry is written when it happens.
  }

  /** Runs what is due and sleeps until something is. */
  #look(): void {
    if (this.#state === 'stopped') return;
    const now = this.host.clock.wall();
    if (now < this.#notBefore) return this.#sleep(this.#slots.next(this.#notBefore), this.#notBefore - now);
    const due = this.#slots.within(this.#through, now);
    if (due.length > 0) {
      void this.#runDue(due, now).then(() => this.#look());
      return;
    }
    const next = this.#slots.next(Math.max(this.#through, now));
    this.#sleep(next, next === undefined ? LONGEST_SLEEP : next - now);
  }

  #sleep(next: number | undefined, delay: number): void {
    this.#next = next;
    this.#timer = this.host.clock.setTimeout(() => this.#look(), Math.min(delay, LONGEST_SLEEP));
  }

  async #runDue(due: readonly number[], now: number): Promise<void> {
    const chosen = this.#choose(due, now);
    const missed = due.length - chosen.length;
    if (missed > 0) this.host.missed(missed);
    const late = chosen.filter((slot) => now - slot > this.#threshold);
    if (missed > 0 || late.length > 0) {
      this.host.logger.warn(
        `Misfire: ${due.length} slot${due.length === 1 ? '' : 's'} passed up to ${new Date(due.at(-1) ?? now).toISOString()}; ` +
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
    const inTime = due.filter((slot) => now - slot <= this.policies.startDeadline);
    switch (this.policies.misfire) {
      case 'fire-all':
        return inTime;
      case 'fire-once':
        return inTime.slice(-1);
      case 'skip':
        return inTime.slice(-1).filter((slot) => now - slot <= this.#threshold);
    }
  }

  async #runSlot(slot: number): Promise<void> {
    const attempt = this.host.attempt(slot, {
      prepare: () => this.#claim(slot),
      conclude: (outcome) => this.#settle(slot, outcome),
    });
    if ('finished' in attempt) await attempt.finished;
    else if (attempt.refused === 'not-leading') this.stop();
    else {
      if (attempt.refused !== 'circuit-open') this.host.skipped(1);
      this.#settleSkipped(slot);
    }
  }

  /** Writes the claim; asks until there is an answer or the term is over. Answers whether the slot is this term's to run. */
  async #claim(slot: number): Promise<boolean> {
    const { ledger } = this.host;
    const { term } = ledger;
    const before = ledger.get(this.#field);
    const claim = { through: slot, running: { slot, token: term.fencingToken } };
    while (term.isLive()) {
      const reply = await this.#write(claim);
      if (reply.outcome === 'recorded') {
        if (term.isLive()) return true;
        // The term ended while the claim travelled: give the slot back, so that the successor runs it.
        if (before !== undefined) await ledger.compareAndSet(this.#field, before);
        return false;
      }
      if (reply.outcome === 'lost') return false;
      if (reply.outcome === 'unknown') await this.#pause(unknownRetryDelay(this.host.timing));
      else {
        const entry = decodeCronEntry(reply.current);
        if (entry?.pattern !== this.#pattern || entry.through < slot) continue;
        this.#through = Math.max(this.#through, slot);
        return false;
      }
    }
    return false;
  }

  /** The slot has run; what passed meanwhile found it running. An aborted run stays "running": the successor decides by its policy. */
  async #settle(slot: number, { outcome }: IterationOutcome): Promise<void> {
    if (outcome === 'not-started') return;
    const now = Math.max(slot, this.host.clock.wall());
    const overlapped = this.policies.misfire === 'fire-all' ? [] : this.#slots.within(slot, now);
    if (overlapped.length > 0) this.host.skipped(overlapped.length);
    this.#through = Math.max(this.#through, overlapped.at(-1) ?? slot);
    if (outcome !== 'aborted') await this.#write({ through: this.#through });
  }

  /** Slots up to this one are settled without having been claimed. */
  #settleSkipped(slot: number): void {
    this.#through = Math.max(this.#through, slot);
    void this.#write({ through: this.#through });
  }

  async #resolveInterrupted({ slot, token }: { slot: number; token: number }): Promise<void> {
    const { host } = this;
    const text = `Slot ${new Date(slot).toISOString()} was started under token ${token} and not finished`;
    if (this.policies.onInterrupted === 'skip') {
      host.logger.warn(`${text}; skipped (onInterrupted: 'skip')`);
      host.missed(1);
      await this.#write({ through: this.#through });
      return;
    }
    host.logger.warn(`${text}; running it again (onInterrupted: 'rerun')`);
    await this.#runSlot(slot);
  }

  #write(entry: Omit<CronEntry, 'pattern'>): Promise<RecordReply> {
    return this.host.ledger.compareAndSet(this.#field, encodeCronEntry({ pattern: this.#pattern, ...entry }));
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => void this.host.clock.setTimeout(resolve, delay));
  }
}
