import type { InterruptedPolicy, MisfirePolicy, ScheduleSpec, WorkerOptions } from '../worker-definition.js';

/** What becomes of cron slots that do not run when they should. */
export interface CronPolicies {
  readonly misfire: MisfirePolicy;
  /** How late a slot may be and still count as on time, ms. */
  readonly threshold: number;
  /** Slots later than this, ms, are given up. */
  readonly startDeadline: number;
  readonly onInterrupted: InterruptedPolicy;
}

/** As the schedule and the options say. */
export function policiesOf(
  { threshold = 1_000 }: ScheduleSpec & { readonly kind: 'cron' },
  { misfire = 'fire-once', startDeadline = Infinity, onInterrupted = 'skip' }: WorkerOptions,
): CronPolicies {
  return { threshold, misfire, startDeadline, onInterrupted };
}

/** Which of the slots that are due run now, and how many of those late. The others are given up. */
export function slotsToRun(
  due: readonly number[],
  now: number,
  policies: CronPolicies,
): { readonly chosen: readonly number[]; readonly late: number } {
  const isOnTime = (slot: number) => now - slot <= policies.threshold;
  const inTime = due.filter((slot) => !isTooLate(slot, now, policies));
  const chosen = choose(inTime, isOnTime, policies.misfire);
  return { chosen, late: chosen.filter((slot) => !isOnTime(slot)).length };
}

export function isTooLate(slot: number, now: number, { startDeadline }: CronPolicies): boolean {
  return now - slot > startDeadline;
}

function choose(
  slots: readonly number[],
  isOnTime: (slot: number) => boolean,
  misfire: MisfirePolicy,
): readonly number[] {
  switch (misfire) {
    case 'fire-all':
      return slots;
    case 'fire-once':
      return slots.slice(-1);
    case 'skip':
      return slots.slice(-1).filter(isOnTime);
  }
}
