const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `90s`, `10m`, `1h`, `2d` or milliseconds; `undefined` if it is none of these, or not more than nothing. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const duration = Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
  return duration >= 1 && Number.isSafeInteger(duration) ? duration : undefined;
}

/** How it is to be written, for errors. */
export const DURATION_FORMAT = 'a duration such as 90s, 10m, 1h, 2d, or milliseconds';

/** A duration at a glance: its two largest units, of which the smaller one is left out where it says little. */
export function showDuration(duration: number): string {
  const ms = Math.max(0, duration);
  if (ms < UNITS.s) return `${Math.round(ms)}ms`;
  if (ms < 10 * UNITS.s) return `${trimmed(ms / UNITS.s)}s`;
  if (ms < UNITS.m) return `${Math.floor(ms / UNITS.s)}s`;
  if (ms < UNITS.h) return pair(ms, 'm', 's');
  return ms < UNITS.d ? pair(ms, 'h', 'm') : pair(ms, 'd', 'h');
}

function trimmed(amount: number): string {
  return (Math.floor(amount * 10) / 10).toString();
}

function pair(ms: number, large: keyof typeof UNITS, small: keyof typeof UNITS): string {
  const rest = Math.floor((ms % UNITS[large]) / UNITS[small]);
  return `${Math.floor(ms / UNITS[large])}${large}${rest > 0 ? `${rest}${small}` : ''}`;
}
