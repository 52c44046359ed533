import { CronTime } from 'cron';
import { CronSlots } from '../../workers/index.js';
import { clockChanges } from './clock-changes.js';

export const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Europe/London',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Africa/Cairo',
] as const;

/** Around a clock change `cron` repeats and moves runs; slots as close to one are not compared, ms. */
const NEAR = 3 * 3_600_000;
const DAY = 86_400_000;

export interface Comparison {
  readonly pattern: string;
  readonly timeZone: string;
  /** ms since the epoch. */
  readonly start: number;
  readonly runs: number;
}

export type Finding =
  | { readonly verdict: 'same'; readonly compared: number }
  | { readonly verdict: 'both refuse' }
  | { readonly verdict: 'different'; readonly cron: string; readonly ours: string };

/** Whether this library and the real `cron` mean the same by a pattern. */
export function compare({ pattern, timeZone, start, runs }: Comparison): Finding {
  const theirs = attempt(() => runsOfCron(pattern, timeZone, start, runs));
  const slots = attempt(() => new CronSlots(pattern, { timeZone }));
  if (theirs instanceof Error || slots instanceof Error) {
    if (theirs instanceof Error && slots instanceof Error) return { verdict: 'both refuse' };
    return {
      verdict: 'different',
      cron: show(theirs),
      ours: slots instanceof Error ? show(slots) : 'accepted',
    };
  }
  const end = theirs.at(-1) ?? start;
  const ours: number[] = [];
  for (let slot = slots.next(start); slot !== undefined && slot <= end; slot = slots.next(slot))
    ours.push(slot);
  const isCompared = farFrom(clockChangesOf(timeZone, start - DAY, end + DAY));
  const expected = theirs.filter(isCompared);
  const actual = ours.filter(isCompared);
  if (String(expected) === String(actual)) return { verdict: 'same', compared: expected.length };
  return { verdict: 'different', cron: show(expected), ours: show(actual) };
}

/** @throws what `cron` throws, if it refuses the pattern or finds no date for it */
function runsOfCron(pattern: string, timeZone: string, start: number, count: number): readonly number[] {
  const time = new CronTime(pattern, timeZone);
  const runs: number[] = [];
  let last = new Date(start);
  while (runs.length < count) {
    try {
      last = time.getNextDateFrom(last, timeZone).toJSDate();
    } catch (error) {
      // It looks eight years ahead of today, and no further.
      if (runs.length > 0) break;
      throw error;
    }
    runs.push(last.getTime());
  }
  return runs;
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

const known = new Map<string, readonly number[]>();
const FIRST = Date.UTC(2025, 0, 1);
const LAST = Date.UTC(2060, 0, 1);

function clockChangesOf(timeZone: string, from: number, until: number): readonly number[] {
  let changes = known.get(timeZone);
  if (!changes) known.set(timeZone, (changes = clockChanges(timeZone, FIRST, LAST)));
  return changes.filter((change) => change >= from && change <= until);
}

function farFrom(changes: readonly number[]): (time: number) => boolean {
  return (time) => changes.every((change) => Math.abs(time - change) > NEAR);
}

function show(result: readonly number[] | Error): string {
  if (result instanceof Error) return `${result.name}: ${result.message.split('\n')[0]}`;
  return result.map((time) => new Date(time).toISOString()).join(' ');
}
