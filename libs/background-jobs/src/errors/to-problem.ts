import type { Problem } from 'nestjs-background-services/http';
import { BackgroundJobsError } from './background-jobs.error.js';

/** Error texts in the ledger are cut to this many characters. */
const LONGEST_DETAIL = 500;

/** What of an error of a job's work is kept. The status is what the work says it is, e.g. of an HTTP client, else 500. */
export function problemOf(error: unknown): Problem {
  const { name, message, code, status } = Object(error) as Partial<Record<string, unknown>>;
  const text = typeof message === 'string' ? message : String(error);
  return {
    type: 'about:blank',
    title: typeof name === 'string' && name !== '' ? name.slice(0, 100) : 'Error',
    status: Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599 ? Number(status) : 500,
    detail: text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text,
    code:
      typeof code === 'string'
        ? code.slice(0, 100)
        : error instanceof BackgroundJobsError
          ? error.code
          : 'ERROR',
  };
}
