import type { Problem } from 'nestjs-background-http-kit';
import { isDeep } from '../../model/index.js';

/*
 * Reads single values that somebody else may have written. `undefined`: it is none of ours.
 */

/** The longest time that a date can be, ms since the epoch. */
const LAST_DATE = 8.64e15;

const LONGEST_TEXT = 2_000;

/** A whole number from 0, that can be counted on. */
export function readNumber(text: unknown, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}

/** Since the epoch, ms. */
export function readTime(text: unknown): number | undefined {
  return readNumber(text, LAST_DATE);
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_DATE;
}

/** What the text is JSON of, with `undefined` for what is no JSON, or nested too deeply to be written again. */
export function readJson(text: unknown): unknown {
  if (typeof text !== 'string' || isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readProblem(value: unknown): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, title, status, detail, code } = value as Partial<Record<keyof Problem, unknown>>;
  if (typeof title !== 'string' || typeof status !== 'number' || !Number.isInteger(status)) return undefined;
  return {
    type: typeof type === 'string' ? cut(type) : 'about:blank',
    title: cut(title),
    status,
    ...(typeof detail === 'string' ? { detail: cut(detail) } : {}),
    ...(typeof code === 'string' ? { code: cut(code) } : {}),
  } as Problem;
}

/** Why a job, or an item, that cannot be read is shown as failed. */
export function unreadable(what: string): Problem {
  return {
    ...{ type: 'about:blank', title: 'Unreadable', status: 500, code: 'BGJ_UNREADABLE' },
    detail: `The store holds something else than ${what}`,
  };
}

function cut(text: string): string {
  return text.slice(0, LONGEST_TEXT);
}
