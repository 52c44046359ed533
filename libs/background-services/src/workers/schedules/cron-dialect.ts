import type { CronField } from './cron-grammar.js';

/**
 * How a pattern goes through clock changes.
 *
 * - `fixed`: a time that a change skips comes when the clock has jumped, one that it repeats comes once, the first time.
 * - `open`: time goes on. What is skipped is skipped, and what is repeated comes again.
 */
export type ClockChangeRule = 'fixed' | 'open';

/**
 * The rules of a pattern; its slots are those of all of them together.
 *
 * A pattern for every hour is open: where an hour is missing, the next one is there already. One that names its hours and is written with a
 * wildcard or a step (`0/30 2 * * *`) is open, too, but must not lose a whole night; so it is also fixed. All others are fixed.
 */
export function clockChangeRules(fields: readonly CronField[]): readonly ClockChangeRule[] {
  const times = timesOf(fields);
  if (times.at(-1)?.isFull) return ['open'];
  return times.some(({ isFull, isStepped }) => isFull || isStepped) ? ['open', 'fixed'] : ['fixed'];
}

/**
 * Writes fields down for croner, value by value, so that it cannot read anything else into them. To `cron` a field that lists every day is
 * no restriction (`0 0 1-31 * 1` is every Monday), to croner only `*` is none; a time is fixed to croner unless there is a `*` or a `/`.
 */
export function toCronerPattern(fields: readonly CronField[], rule: ClockChangeRule): string {
  const times = timesOf(fields);
  const isSaid = times.some(({ isFull }) => isFull);
  return fields
    .map((field, i) => {
      const list = field.values.join(',');
      const [first] = field.values;
      if (i >= times.length) return field.isFull ? '*' : list;
      if (rule === 'fixed') return list;
      if (field.isFull) return '*';
      return isSaid || i > 0 ? list : `${first}-${first}/1,${list}`;
    })
    .join(' ');
}

/** Seconds, minutes and hours. */
function timesOf(fields: readonly CronField[]): readonly CronField[] {
  return fields.slice(0, 3);
}
