import * as v from 'valibot';
import { nearest } from '../kit/index.js';

/** A field that nobody knows is often one of a connection, written a level too high. Its value is shown to nobody. */
const SECRET = /pass|pwd|secret|token|auth|credential|key|pfx/i;

/** The `type` of the issue that a field raises which the schema does not have; its message lists those that it has. */
export const UNKNOWN_FIELD = 'unknown_field';

/** What has more fields that nobody knows is no options at all, e.g. a text that was spread: it would take seconds to name them all. */
const MOST_UNKNOWN = 100;

/** The schemas of a group's fields: one for each field that the options' type has. */
export type FieldsOf<Options> = {
  readonly [Name in keyof Options]-?: v.GenericSchema<Options[Name], unknown>;
};

/** In the place of a value that cannot be looked at: every schema refuses it, in its own words. */
class Unreadable {}

type Config = v.Config<v.BaseIssue<unknown>>;

/**
 * An object with these fields and no others. It differs from valibot's own in four ways:
 * - It may be handed anything. valibot renders what it refuses, and a getter or a proxy of the app may throw at that.
 * - Each field is read once, also one that a class has as an accessor on its prototype.
 * - It names all fields that it does not know, not the first alone: they are likely typing errors.
 * - It has an output even if something is wrong, for checks across fields: wrong fields as they were given, and instead of what is no object
 *   the defaults.
 */
export function group<const Entries extends v.ObjectEntries>(entries: Entries, expected = 'an object') {
  const schema = v.strictObject(entries, expected);
  const known = new Map<string, v.GenericSchema>(Object.entries(entries));
  const run = (
    { value }: v.UnknownDataset,
    config: Config,
  ): v.OutputDataset<object, v.BaseIssue<unknown>> => {
    const issues: v.BaseIssue<unknown>[] = [];
    const output: Record<string, unknown> = {};
    if (!isGroup(value))
      return { ...run({ value: {} }, config), typed: false, issues: [issue(expected, value)] };
    refuseUnknown(value, known, issues);
    for (const [name, entry] of known) {
      const field = readField(value, name, issues);
      if (field === UNREAD || (field === undefined && isLeftOut(entry))) continue;
      const read = runContained(entry, field, config);
      if (read.value !== undefined) output[name] = read.value;
      for (const each of read.issues ?? []) issues.push(within(name, field, value, each));
    }
    const [first, ...others] = issues;
    return first
      ? { typed: false, value: output, issues: [first, ...others] }
      : { typed: true, value: output };
  };
  return { ...schema, '~run': run } as typeof schema;
}

/** Arrays have fields, too. */
function isGroup(value: unknown): value is object {
  try {
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unreadable)
    );
  } catch {
    return false;
  }
}

/** What a field has that throws when it is read. */
const UNREAD = Symbol('unread');

function readField(value: object, name: string, issues: v.BaseIssue<unknown>[]): unknown {
  try {
    return (value as Partial<Record<string, unknown>>)[name];
  } catch (error) {
    issues.push(within(name, undefined, value, issue('a field that can be read', error)));
    return UNREAD;
  }
}

/** Most fields are left out, and there may be thousands of workers: what has no default need not be looked at then. */
function isLeftOut(schema: v.GenericSchema): boolean {
  return schema.type === 'optional' && (schema as { readonly default?: unknown }).default === undefined;
}

function refuseUnknown(
  value: object,
  known: ReadonlyMap<string, unknown>,
  issues: v.BaseIssue<unknown>[],
): void {
  const unknown = namesOf(value, issues).filter((name) => !known.has(name));
  for (const name of unknown.slice(0, MOST_UNKNOWN)) {
    const field = readField(value, name, issues);
    if (field === undefined || field === UNREAD) continue;
    const expected = listOf([...known.keys()], name);
    issues.push(within(name, field, value, issue(expected, shown(name, field), UNKNOWN_FIELD)));
  }
}

function shown(name: string, field: unknown): unknown {
  if (SECRET.test(name)) return '***';
  // What is inside may be a password.
  return typeof field === 'object' && field !== null ? 'an object' : field;
}

function namesOf(value: object, issues: v.BaseIssue<unknown>[]): readonly string[] {
  try {
    return Object.keys(value);
  } catch {
    issues.push(issue('an object whose fields can be listed', value));
    return [];
  }
}

function listOf(known: readonly string[], name: string): string {
  const meant = nearest(name, known, 2);
  const list = known.join(', ');
  return meant === undefined ? list : `${list} (did you mean ${meant}?)`;
}

/** To render a long bigint takes seconds. What takes anything renders nothing. */
function runContained(schema: v.GenericSchema, value: unknown, config: Config) {
  if (typeof value !== 'bigint' || schema.type === 'unknown') {
    try {
      return schema['~run']({ value }, config);
    } catch {
      // It is refused below.
    }
  }
  const { issues = [] } = schema['~run']({ value: new Unreadable() }, config);
  // A schema that takes any object has no words for it.
  if (issues.length === 0) return { value, issues: [issue('a value that can be read', value)] };
  return { value, issues: issues.map((each) => ({ ...each, input: value })) };
}

function issue(message: string, input: unknown, type = 'group'): v.BaseIssue<unknown> {
  return { kind: 'schema', type, input, expected: null, received: '', message };
}

function within(
  key: string,
  value: unknown,
  input: object,
  inner: v.BaseIssue<unknown>,
): v.BaseIssue<unknown> {
  const item: v.IssuePathItem = { type: 'unknown', origin: 'value', input, key, value };
  return { ...inner, path: [item, ...(inner.path ?? [])] };
}
