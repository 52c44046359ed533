import { describeError, type Problem } from 'nestjs-background-http-kit';

/** Error texts in the ledger, causes included, are cut to this many characters. */
const LONGEST_DETAIL = 500;

/**
 * What of an error of a job's work is kept. The status is what the work says it is, e.g. of an HTTP client, else 500. Never throws itself, whatever
 * was thrown.
 */
export function problemOf(error: unknown): Problem {
  const [name, code, status] = ['name', 'code', 'status'].map((field) => readField(error, field));
  return {
    type: 'about:blank',
    title: typeof name === 'string' && name !== '' ? name.slice(0, 100) : 'Error',
    status: Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599 ? Number(status) : 500,
    detail: describeError(error, LONGEST_DETAIL).message,
    code: typeof code === 'string' ? code.slice(0, 100) : 'ERROR',
  };
}

function readField(thrown: unknown, field: string): unknown {
  try {
    return (Object(thrown) as Readonly<Record<string, unknown>>)[field];
  } catch {
    return undefined;
  }
}
