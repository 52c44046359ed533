import { show } from '../errors/index.js';
import { LONGEST_DURATION } from '../lease/index.js';

/** Throws an error that names the place; the caller has bound it. */
export type Refuse = (problem: string, cure: string, cause?: unknown) => void;

/** A message names this many wrong fields. */
const MOST_TOLD = 10;

/** Refuses fields that nobody reads: they are likely typing errors. */
export function assertFields(what: string, value: unknown, known: readonly string[], refuse: Refuse): void {
  if (typeof value !== 'object' || value === null)
    return refuse(`${what} must be an object, received ${show(value)}`, 'Correct it, or leave it out');
  const [first, ...others] = Object.keys(value).filter((name) => !known.includes(name));
  if (first === undefined) return;
  const names = [first, ...others.slice(0, MOST_TOLD - 1)].map(show).join(', ');
  const more = others.length < MOST_TOLD ? '' : ` and ${others.length - MOST_TOLD + 1} more`;
  refuse(`${what} has no ${names}${more}`, `It has ${known.join(', ')}`);
}

/** A duration of more than nothing. */
export function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LONGEST_DURATION;
}

export function isNotNegative(value: unknown): value is number {
  return value === 0 || isPositive(value);
}
