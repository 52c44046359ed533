import { cut, show } from './show.js';

/** One wrong field of the options. */
export interface OptionProblem {
  /** Path of the field, e.g. `lease.ttl`. */
  readonly field: string;
  readonly expected: string;
  readonly received: unknown;
}

/** A message tells of this many wrong fields; `problems` of the error has all of them. */
const MOST_TOLD = 30;
/** A field that nobody knows may have a name of any length. */
const FIELD_LENGTH = 80;

/** Wrong fields for a message, a line each. */
export function problemLines(problems: readonly OptionProblem[]): readonly string[] {
  const lines = problems
    .slice(0, MOST_TOLD)
    .map(
      ({ field, expected, received }) =>
        `  - ${cut(field, FIELD_LENGTH)}: expected ${expected}, received ${show(received)}`,
    );
  return problems.length > MOST_TOLD ? [...lines, `  … and ${problems.length - MOST_TOLD} more`] : lines;
}
