import { types } from 'node:util';
import { cut } from './show.js';

const MESSAGE_LENGTH = 2_000;
const STACK_LENGTH = 10_000;
const CAUSE_STACK_LENGTH = 2_000;
const TYPE_LENGTH = 100;
/** How far causes are followed, and how many errors of an `AggregateError` are told of. */
const CAUSES = 5;
const MEMBERS = 5;

/** An error as data that can be logged: bounded, and nothing in it is the thrower's own any more. */
export interface ErrorDetails {
  readonly type: string;
  /** Its own; of an error without one, its code. */
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorDetails;
  /** The first ones of an `AggregateError`, and how many there are beside them. */
  readonly errors?: readonly ErrorDetails[];
  readonly moreErrors?: number;
}

/** Reads whatever was thrown. Never throws itself. */
export function readError(error: unknown, depth = 0, path: readonly unknown[] = []): ErrorDetails {
  try {
    return isError(error) ? readKnown(error, depth, [...path, error]) : readOther(error);
  } catch {
    return { type: typeof error, message: '(cannot be shown)' };
  }
}

/** Whether it is an error, of whatever realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function readOther(thrown: unknown): ErrorDetails {
  const { message } = Object(thrown) as { readonly message?: unknown };
  const text = typeof message === 'string' ? message : String(thrown);
  return { type: thrown === null ? 'null' : typeof thrown, message: cut(text, MESSAGE_LENGTH) };
}

function readKnown(error: Error, depth: number, path: readonly unknown[]): ErrorDetails {
  const [stack, cause, code, errors] = (['stack', 'cause', 'code', 'errors'] as const).map((name) =>
    readField(error, name),
  );
  const message = String(error.message) || (typeof code === 'string' ? code : '');
  const goesOn = depth < CAUSES;
  return {
    type: typeOf(error),
    message: cut(message, MESSAGE_LENGTH),
    ...(typeof stack === 'string'
      ? { stack: cut(stack, depth === 0 ? STACK_LENGTH : CAUSE_STACK_LENGTH) }
      : {}),
    ...(goesOn && cause !== undefined && cause !== null && !path.includes(cause)
      ? { cause: readError(cause, depth + 1, path) }
      : {}),
    ...(goesOn && Array.isArray(errors) ? readMembers(errors, path) : {}),
  };
}

/** A field that throws when it is read costs the field, not the message. */
function readField(error: object, name: string): unknown {
  try {
    return (error as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Members are not followed further: what is many is not deep. */
function readMembers(
  errors: readonly unknown[],
  path: readonly unknown[],
): Pick<ErrorDetails, 'errors' | 'moreErrors'> {
  const members = errors.slice(0, MEMBERS).filter((member) => !path.includes(member));
  if (members.length === 0) return {};
  const moreErrors = errors.length - members.length;
  return {
    errors: members.map((member) => readError(member, CAUSES, path)),
    ...(moreErrors > 0 ? { moreErrors } : {}),
  };
}

function typeOf(error: Error): string {
  const { name }: { readonly name: unknown } = error.constructor;
  return typeof name === 'string' ? cut(name, TYPE_LENGTH) : 'Error';
}
