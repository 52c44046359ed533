import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import { systemClock } from '../../lease/index.js';

/** What is expected of one value, where it is not known to the last digit. */
export type Expectation = ((value: unknown) => boolean) & { readonly expects: string };

function expectation(expects: string, holds: (value: unknown) => boolean): Expectation {
  return Object.assign(holds, { expects });
}

export const aNumber = expectation('a number', (value) => Number.isFinite(value));

/** @param least not included, @param most included */
export function between(least: number, most: number): Expectation {
  return expectation(
    `a number above ${least}, up to ${most}`,
    (value) => typeof value === 'number' && value > least && value <= most,
  );
}

/** Every field, and every entry of an array, is what is expected of it. An answer may have further fields. */
export function answers(actual: unknown, expected: unknown): void {
  if (!fits(actual, expected))
    throw new AssertionError({
      message: `Expected ${shown(expected)}, and the store answered ${shown(actual)}`,
      actual,
      expected,
      operator: 'answers',
    });
}

/** The same entries, and no others. */
export function hasEntries(actual: object, expected: Readonly<Record<string, string>>): void {
  const sorted = (entries: object) => Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  answers(sorted(actual), sorted(expected));
}

/** Every token is larger than the one before it. */
export function rise(tokens: readonly number[]): void {
  answers(
    tokens,
    tokens.map((_, i) => (i === 0 ? aNumber : between(tokens[i - 1]!, Infinity))),
  );
}

interface Awaited<T> {
  /** For the error. */
  readonly what: string;
  readonly satisfies: (value: T) => boolean;
}

/** No store takes longer over anything here, ms. */
const PATIENCE = 10_000;
const PAUSE = 2;

/** Reads again and again until what is read is what is awaited. */
export async function until<T>(read: () => T | Promise<T>, { what, satisfies }: Awaited<T>): Promise<T> {
  const end = systemClock.monotonic() + PATIENCE;
  for (;;) {
    const value = await read();
    if (satisfies(value)) return value;
    if (systemClock.monotonic() >= end)
      throw new AssertionError({
        message: `Waited ${PATIENCE} ms for ${what}, and the last answer was ${shown(value)}`,
        actual: value,
      });
    await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, PAUSE));
  }
}

function fits(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'function') return (expected as Expectation)(actual);
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected) && !(Array.isArray(actual) && actual.length === expected.length)) return false;
  const fields = actual as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([name, value]) => fits(fields[name], value));
}

function shown(value: unknown): string {
  const readable = (part: unknown): unknown => {
    if (typeof part === 'function') return `<${(part as Expectation).expects}>`;
    if (Array.isArray(part)) return part.map(readable);
    if (typeof part !== 'object' || part === null || part instanceof Error) return part;
    return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, readable(each)]));
  };
  return inspect(readable(value), { depth: 4, maxArrayLength: 20, maxStringLength: 200 });
}
