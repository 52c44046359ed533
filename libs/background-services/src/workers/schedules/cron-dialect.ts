/** Short forms that the `cron` package knows and croner does not. */
const PRESETS: Readonly<Record<string, string>> = {
  '@secondly': '* * * * * *',
  '@minutely': '0 * * * * *',
  '@weekdays': '0 0 0 * * 1-5',
  '@weekends': '0 0 0 * * 0,6',
};

const DAYS_OF_MONTH = { from: 1, to: 31, count: 31 } as const;
/** Both 0 and 7 are Sunday. */
const DAYS_OF_WEEK = { from: 0, to: 7, count: 7 } as const;
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * Rewrites a pattern of the `cron` package, which @nestjs/schedule hands its patterns to, so that croner means the same by it.
 *
 * Where both the day of the month and the day of the week are restricted, either of them may match. To `cron` a field that lists every
 * day is not a restriction (`0 0 1-31 * 1` is every Monday), to croner it is one unless it reads `*`.
 */
export function toCronerPattern(pattern: string): string {
  const fields = pattern.trim().split(/\s+/);
  const [first = ''] = fields;
  if (fields.length === 1) return PRESETS[first.toLowerCase()] ?? first;
  const start = fields.length - 5;
  return fields
    .map((field, i) => {
      const range = i === start + 2 ? DAYS_OF_MONTH : i === start + 4 ? DAYS_OF_WEEK : undefined;
      return range && listsEveryDay(field, range) ? '*' : field;
    })
    .join(' ');
}

function listsEveryDay(
  field: string,
  { from, to, count }: typeof DAYS_OF_MONTH | typeof DAYS_OF_WEEK,
): boolean {
  const days = new Set<number>();
  for (const part of field.toLowerCase().split(',')) {
    const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
    // What only croner knows (L, W, #) lists single days.
    if (!match) return false;
    const [, low = '*', high, step = '1'] = match;
    const first = low === '*' ? from : toDay(low);
    const last = low === '*' ? to : high !== undefined ? toDay(high) : match[3] === undefined ? first : to;
    const stride = Number(step);
    if (Number.isNaN(first) || Number.isNaN(last) || last > to || stride === 0) return false;
    for (let day = first; day <= last; day += stride) days.add(count === 7 ? day % 7 : day);
  }
  return days.size === count;
}

function toDay(text: string): number {
  const named = DAY_NAMES.indexOf(text);
  return named >= 0 ? named : Number(text);
}
