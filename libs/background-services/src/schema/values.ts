import * as v from 'valibot';
import type { OptionProblem } from '../errors/index.js';

/**
 * The kinds of values that options have. Each says in plain English what it expects; valibot's own words are shown to nobody.
 */

/** No duration of the configuration is longer, ms: a century, so that every moment it leads to is one that a Date can show. */
export const LONGEST_DURATION = 100 * 365 * 86_400_000;

interface NumberRange {
  readonly min: number;
  readonly max?: number;
  /** Of what: `'ms'`. */
  readonly unit?: string;
}

export const flag = v.boolean('a boolean');

/** A duration or a share. */
export function number({ min, max, unit }: NumberRange) {
  const kind = unit === undefined ? 'a number' : `a number of ${unit}`;
  const expected = rangeOf(kind, min, max);
  const most = max ?? LONGEST_DURATION;
  const tooLarge = max === undefined ? `${kind} of at most ${most}` : expected;
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(most, tooLarge));
}

/** A duration that is more than nothing; how much more is for the clock to say. */
export const positive = v.pipe(
  v.number('a positive number of ms'),
  v.gtValue(0, 'a positive number of ms'),
  v.maxValue(LONGEST_DURATION, 'a positive number of ms'),
);

/** A count. Without a bound it may be any: a count that nothing reaches stands for "never". */
export function whole(min: number, max?: number) {
  const expected = rangeOf('a whole number', min, max);
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max ?? Infinity, expected),
  );
}

export function text(pattern: RegExp, expected: string) {
  return v.pipe(v.string(expected), v.regex(pattern, expected));
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return v.picklist(choices, choices.map((choice) => `'${choice}'`).join(' or '));
}

/** A value of the app, of which a look tells whether it will do. */
export function value<T>(expected: string, willDo: (value: unknown) => boolean) {
  return v.custom<T>(willDo, expected);
}

/** A function, of which nobody can say more before it is called. */
export function callback<T>(expected = 'a function') {
  return value<T>(expected, (given) => typeof given === 'function');
}

/** An object that does something: it has these methods. */
export function port<T>(...methods: readonly (keyof T & string)[]) {
  return value<T>(
    `an object with the methods ${methods.join(', ')}`,
    (given) =>
      typeof given === 'object' &&
      given !== null &&
      methods.every((name) => typeof (given as Partial<Record<string, unknown>>)[name] === 'function'),
  );
}

/** What `false` turns off. */
export function orFalse<Schema extends v.GenericSchema>(schema: Schema) {
  const off = v.literal(false);
  return v.lazy<Schema | typeof off>((given) => (given === false ? off : schema));
}

function rangeOf(kind: string, min: number, max: number | undefined): string {
  return max === undefined ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`;
}

/**
 * A value with parts, of which a function knows all that may be wrong. It must not throw.
 * @param find fields are named from the value on: `''` is the value itself, `.host` a field of it
 */
export function problemsIn<T>(find: (value: unknown) => readonly OptionProblem[]) {
  return v.pipe(
    v.custom<T>(() => true),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const { field, expected, received } of find(dataset.value)) {
        const key = field.replace(/^\./, '');
        const item: v.IssuePathItem = {
          type: 'unknown',
          origin: 'value',
          input: undefined,
          key,
          value: received,
        };
        addIssue({ message: expected, input: received, ...(key === '' ? {} : { path: [item] }) });
      }
    }),
  );
}
