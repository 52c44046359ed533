/** The patterns of the `cron` package, to which @nestjs/schedule hands its own. This reads them as version 4.4 does, oddities included. */

export type CronUnit = 'second' | 'minute' | 'hour' | 'day of month' | 'month' | 'day of week';

/** The values at which one field of a pattern matches. */
export interface CronField {
  readonly unit: CronUnit;
  /** In order, none twice. Sunday is 0. */
  readonly values: readonly number[];
  /** Whether it matches at every value. */
  readonly isFull: boolean;
  /** Whether it is written with a wildcard or a step, as a frequency is. */
  readonly isStepped: boolean;
  /** Steps that are too long to reach a second value: they hardly mean what they look like. */
  readonly idleSteps: readonly IdleStep[];
}

export interface IdleStep {
  readonly text: string;
  readonly step: number;
  /** The only value that it matches. */
  readonly value: number;
}

interface Range {
  readonly unit: CronUnit;
  readonly low: number;
  readonly high: number;
  /** How many different values there are: 0 and 7 are both Sunday. */
  readonly count: number;
}

const RANGES: readonly Range[] = [
  { unit: 'second', low: 0, high: 59, count: 60 },
  { unit: 'minute', low: 0, high: 59, count: 60 },
  { unit: 'hour', low: 0, high: 23, count: 24 },
  { unit: 'day of month', low: 1, high: 31, count: 31 },
  { unit: 'month', low: 1, high: 12, count: 12 },
  { unit: 'day of week', low: 0, high: 7, count: 7 },
];

const PRESETS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 0 1 1 *'],
  ['@monthly', '0 0 0 1 * *'],
  ['@weekly', '0 0 0 * * 0'],
  ['@daily', '0 0 0 * * *'],
  ['@hourly', '0 0 * * * *'],
  ['@minutely', '0 * * * * *'],
  ['@secondly', '* * * * * *'],
  ['@weekdays', '0 0 0 * * 1-5'],
  ['@weekends', '0 0 0 * * 0,6'],
]);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Names stand for their numbers in every field. */
const NAMES: ReadonlyMap<string, number> = new Map([
  ...MONTHS.map((name, i) => [name, i + 1] as const),
  ...DAYS.map((name, i) => [name, i] as const),
]);

/** The six fields of a pattern; one of five runs at second 0. @throws RangeError if `cron` would refuse it */
export function readCronPattern(pattern: string): readonly CronField[] {
  const lowered = pattern.toLowerCase();
  const numbers = (PRESETS.get(lowered) ?? lowered).replace(/[a-z]{1,3}/g, (name) => {
    const value = NAMES.get(name);
    if (value === undefined)
      throw new RangeError(`"${name}" is no name of a month or day, and no modifier that \`cron\` knows`);
    return String(value);
  });
  const fields = numbers.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 6)
    throw new RangeError(`it has ${numbers.trim() === '' ? 0 : fields.length} fields, not five or six`);
  const texts = fields.length === 5 ? ['0', ...fields] : fields;
  return RANGES.map((range, i) => readField(texts[i] ?? '', range));
}

function readField(text: string, range: Range): CronField {
  const { unit, count } = range;
  const values = new Set<number>();
  const idleSteps: IdleStep[] = [];
  for (const item of text.split(',')) {
    const { from, to, step } = readItem(item, range);
    const toValue = (value: number) => (unit === 'day of week' ? value % 7 : value);
    for (let value = from; value <= to; value += step) values.add(toValue(value));
    // A step of the whole field is a way to say "at its first value".
    if (step > 1 && step !== count && from + step > to)
      idleSteps.push({ text: item, step, value: toValue(from) });
  }
  return {
    unit,
    values: [...values].sort((a, b) => a - b),
    isFull: values.size === count,
    isStepped: /[*/]/.test(text),
    idleSteps,
  };
}

function readItem(item: string, { unit, low, high }: Range): { from: number; to: number; step: number } {
  const expanded = item.startsWith('*') ? `${low}-${high}${item.slice(1)}` : item;
  const match = /^(\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(expanded);
  const refuse = (problem: string) => new RangeError(`${problem} in the field "${unit}": "${item}"`);
  if (!match) throw refuse('there is something that is no number, range, list or step');
  const [, first, last, stride] = match;
  const from = Number(first);
  // `5/15` goes on to the end of the field.
  const to = last !== undefined ? Number(last) : stride === undefined ? from : high;
  const step = Number(stride ?? 1);
  if (step === 0) throw refuse('there is a step of zero');
  if (last !== undefined && from > to) throw refuse('there is a range that ends before it begins');
  if (from < low || from > high || to > high) throw refuse(`there is a value outside ${low} to ${high}`);
  return { from, to, step };
}
