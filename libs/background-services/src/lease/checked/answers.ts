import { types } from 'node:util';
import { show, StoreError } from '../../errors/index.js';
import { callGuest } from '../../kit/index.js';

/** Reads one answer of a port. Throws `Mismatch` with what was expected, or whatever the answer throws when it is read. */
export type Reader<T> = (answer: unknown) => T;

class Mismatch extends Error {}

/** @throws StoreError that names the port, the method, what was expected and what came */
export function readAnswer<T>(port: string, method: string, answer: unknown, reader: Reader<T>): T {
  try {
    return reader(answer);
  } catch (error) {
    const expected = error instanceof Mismatch ? error.message : 'something that can be read';
    throw new StoreError(`${port} answered ${method}() with ${show(answer)}: expected ${expected}`);
  }
}

export function expect(holds: boolean, expected: string): asserts holds {
  if (!holds) throw new Mismatch(expected);
}

/** A name for logs, whatever the port calls itself. */
export function nameOf(port: { readonly name?: unknown }): string {
  try {
    return typeof port.name === 'string' && port.name !== '' ? port.name : 'unnamed';
  } catch {
    return 'unnamed';
  }
}

export function readObject(answer: unknown, expected: string): Readonly<Record<string, unknown>> {
  expect(typeof answer === 'object' && answer !== null, expected);
  return answer as Readonly<Record<string, unknown>>;
}

/** The field of an answer, by its name. */
export function readText(value: unknown, name: string): string {
  expect(typeof value === 'string', `${name} to be a string`);
  return value;
}

/** A text, or `null`. */
export function readTextOrNull(value: unknown, name: string): string | null {
  return value === null ? null : readText(value, `${name} to be null, or`);
}

export function readNumber(value: unknown, name: string): number {
  expect(Number.isFinite(value), `${name} to be a finite number`);
  return value as number;
}

export function readNumberOrNull(value: unknown, name: string): number | null {
  return value === null ? null : readNumber(value, `${name} to be null, or`);
}

const LATEST_DATE = 8.64e15;

/** Milliseconds since the epoch. */
export function readTime(value: unknown, name: string): number {
  const time = readNumber(value, name);
  expect(Math.abs(time) <= LATEST_DATE, `${name} to be a time in ms since the epoch`);
  return time;
}

export function readToken(value: unknown, above: number): number {
  expect(
    Number.isSafeInteger(value) && (value as number) > above,
    `token to be a safe integer above ${above}`,
  );
  return value as number;
}

/** Entries that are no texts are left out: they cost themselves. */
export function readLedger(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(readObject(value, 'ledger to be an object'));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The answers to a batch, in order. */
export function readBatch(answer: unknown, count: number): readonly unknown[] {
  expect(Array.isArray(answer) && answer.length === count, `an array of ${count}`);
  return answer as readonly unknown[];
}

/** Entries that cannot be read are left out, and all that come after the first `most`. */
export function readMap<T>(
  answer: unknown,
  reader: (value: unknown) => T,
  most = Infinity,
): ReadonlyMap<string, T> {
  expect(types.isMap(answer), 'a Map');
  const entries = new Map<string, T>();
  for (const [id, value] of answer as ReadonlyMap<unknown, unknown>) {
    if (entries.size >= most) break;
    callGuest(() => {
      const read = reader(value);
      if (typeof id === 'string') entries.set(id, read);
    });
  }
  return entries;
}
