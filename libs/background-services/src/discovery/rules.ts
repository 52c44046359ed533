import { show } from '../errors/index.js';

/** Throws an error that names the place; the caller has bound it. */
export type Refuse = (problem: string, cure: string, cause?: unknown) => void;

/** Refuses fields that nobody reads: they are likely typing errors. */
export function assertFields(what: string, value: unknown, known: readonly string[], refuse: Refuse): void {
  if (typeof value !== 'object' || value === null)
    return refuse(`${what} must be an object, received ${show(value)}`, 'Correct it, or leave it out');
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    refuse(`${what} has no ${unknown.map(show).join(', ')}`, `It has ${known.join(', ')}`);
}

export function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

export function isNotNegative(value: unknown): value is number {
  return value === 0 || isPositive(value);
}
