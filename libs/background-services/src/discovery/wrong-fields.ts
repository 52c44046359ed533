import type * as v from 'valibot';
import { InvalidWorkerError, show } from '../errors/index.js';
import { fieldOf, issuesOf, UNKNOWN_FIELD } from '../schema/index.js';

/** Something that is wrong with a worker, and what to do about it. */
export interface Wrong {
  readonly problem: string;
  readonly cure: string;
  readonly cause?: unknown;
}

/** A message tells of this many wrong fields. */
const MOST_TOLD = 10;

/** How a field is called in messages, and what to do if it is wrong. */
const WORDS: Readonly<Record<string, { readonly called?: string; readonly cure: string }>> = {
  name: { called: "the worker's name", cure: 'Name it in the decorator, e.g. @Interval("prices", 1000)' },
  run: { called: '"run"', cure: 'Give the function to run' },
  'schedule.every': { called: 'the interval', cure: 'Use e.g. 30_000 for 30 s' },
  'schedule.delay': { called: 'the delay', cure: 'Use e.g. 5_000 for 5 s' },
  'schedule.timeZone': { cure: 'Use e.g. "America/New_York"' },
  'schedule.utcOffset': { cure: 'Use e.g. -300' },
  'schedule.disabled': { cure: 'Use true or false' },
  'schedule.initialDelay': { cure: 'Use e.g. 5_000' },
  'schedule.threshold': { cure: 'Use e.g. 5_000' },
};

/**
 * Everything that is wrong with the fields of a value.
 * @param called what the value itself is called in messages
 */
export function wrongFields(called: string, schema: v.GenericSchema, value: unknown): readonly Wrong[] {
  return issuesOf(schema, value).map((issue) => wrongField(called, issue));
}

/** @throws InvalidWorkerError if anything is wrong */
export function refuseIfWrong(place: string, wrong: readonly Wrong[]): void {
  if (wrong.length === 0) return;
  const told = wrong.slice(0, MOST_TOLD);
  const more = wrong.length > MOST_TOLD ? [`and ${wrong.length - MOST_TOLD} more`] : [];
  const problems = [...told.map(({ problem }) => problem), ...more];
  const cures = new Set(told.map(({ cure }) => cure));
  const { cause } = wrong.find((each) => 'cause' in each) ?? {};
  throw new InvalidWorkerError(place, problems.join('; '), [...cures].join('. '), { cause });
}

function wrongField(called: string, { type, message, input, path }: v.BaseIssue<unknown>): Wrong {
  if (type === UNKNOWN_FIELD) {
    return {
      problem: `${callName(fieldOf((path ?? []).slice(0, -1))) || called} has no ${show(path?.at(-1)?.key)}`,
      cure: `It has ${message}`,
    };
  }
  const field = fieldOf(path);
  const words = WORDS[field] ?? { cure: 'Correct it, or leave it out' };
  const name = words.called ?? (callName(field) || called);
  return { problem: `${name} must be ${message}, received ${show(input)}`, cure: words.cure };
}

/** As the user wrote it: nobody writes `options` or `schedule`. */
function callName(field: string): string {
  return field.replace(/^(options|schedule)\./, '');
}
