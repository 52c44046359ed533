import * as v from 'valibot';
import { type OptionProblem, withoutPassword } from '../errors/index.js';
import { UNKNOWN_FIELD } from './group.js';

/** What has to hold between fields that are right in themselves. */
export interface CrossCheck<Options> {
  /** Where the problem is said to be, e.g. `lease.renewDeadline`. */
  readonly field: string;
  /** Fields that it looks at. If one of them is wrong, that has been said already. @default none */
  readonly needs?: readonly string[];
  /** May throw when it looks at what the app handed in: then it does not hold. */
  readonly holds: (options: Options) => boolean;
  readonly expected: string | ((options: Options) => string);
}

/** What is expected of a value that throws when it is looked at. */
const UNREADABLE = 'a value that can be read';

/** One problem a value is enough. */
const PIPES = { abortPipeEarly: true };

/** Options that have been looked at, and what is wrong with them. */
export class Checked<Options> {
  readonly #problems: OptionProblem[] = [];

  /**
   * @param value with defaults; where something is wrong, what was given
   * @param place what the options as a whole are called in problems
   */
  constructor(
    readonly value: Options,
    issues: readonly v.BaseIssue<unknown>[],
    place: string,
  ) {
    for (const { type, message, input, path } of issues)
      this.add(fieldOf(path) || place, type === UNKNOWN_FIELD ? `one of ${message}` : message, input);
  }

  get problems(): readonly OptionProblem[] {
    return this.#problems;
  }

  add(field: string, expected: string, received: unknown): void {
    // Whoever prints the error prints its fields too.
    const shown = typeof received === 'string' ? withoutPassword(received) : received;
    this.#problems.push({ field, expected, received: shown });
  }

  /** Whether nothing is wrong with a field, nor with anything in it. */
  isRight(field: string): boolean {
    return !this.#problems.some(
      ({ field: wrong }) => wrong === field || wrong.startsWith(`${field}.`) || wrong.startsWith(`${field}[`),
    );
  }

  /** @param options the value, or what was made of it */
  compare<Whole>(checks: readonly CrossCheck<Whole>[], options: Whole): void {
    const compared = checks.filter(
      ({ needs = [], holds }) =>
        needs.every((field) => this.isRight(field)) && !contained(() => holds(options), false),
    );
    for (const { field, expected } of compared) {
      const said = typeof expected === 'string' ? expected : contained(() => expected(options), UNREADABLE);
      this.add(
        field,
        said,
        contained(() => valueAt(options, field), undefined),
      );
    }
  }
}

/** Looks at options with a schema. Nothing that they may be makes it throw. */
export function check<const Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
  place = 'options',
): Checked<v.InferOutput<Schema>> {
  const { output, issues = [] } = v.safeParse(schema, options, PIPES);
  return new Checked(output, issues, place);
}

/** The issues alone, for those who say in their own way what is wrong. */
export function issuesOf(schema: v.GenericSchema, value: unknown): readonly v.BaseIssue<unknown>[] {
  return v.safeParse(schema, value, PIPES).issues ?? [];
}

/** `redis.sentinels[0].host` */
export function fieldOf(path: readonly v.IssuePathItem[] = []): string {
  return path
    .map(({ key }) => String(key))
    .join('.')
    .replaceAll('.[', '[');
}

function valueAt(options: unknown, field: string): unknown {
  return field
    .split('.')
    .reduce((value, name) => (Object(value) as Partial<Record<string, unknown>>)[name], options);
}

function contained<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
