import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';

/** An error as RFC 9457 describes it: `application/problem+json`. */
export interface Problem {
  /** `about:blank` if the status says everything, else a stable name. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Stable, to branch on: `BGS_…` of the libraries, or `HTTP_<status>`. */
  readonly code: string;
}

/** How a package's error is answered. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Seconds after which the client may ask again: the header `Retry-After`. */
  readonly retryAfter?: number;
}

/** By the stable code of the error. */
export type ProblemKinds = Readonly<Record<string, ProblemKind>>;

/** The answer to an error; `undefined` for one that nobody foresaw: the client learns nothing about it. */
export function toProblem(error: unknown, kinds: ProblemKinds): Problem | undefined {
  if (error instanceof HttpException) return ofHttp(error);
  const { code, message, statusCode, expose } = Object(error) as Readonly<
    Record<'code' | 'message' | 'statusCode' | 'expose', unknown>
  >;
  // Errors of the body parser and its like (http-errors), which Nest 11 passes on as they are.
  if (expose === true && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return ofHttp(new HttpException(String(message), statusCode));
  // By its code, not its class: the app may have two copies of the package.
  if (typeof code !== 'string' || !Object.hasOwn(kinds, code)) return undefined;
  const { status, title } = kinds[code]!;
  return { type: typeOf(code), title, status, detail: String(message), code };
}

/** The answer to an error that nobody foresaw. */
export const UNFORESEEN: Problem = {
  type: 'about:blank',
  title: 'Internal Server Error',
  status: 500,
  code: 'HTTP_500',
};

function ofHttp(error: HttpException): Problem {
  const status = error.getStatus();
  const title = STATUS_CODES[status] ?? 'Error';
  const { code, message } = Object(error.getResponse()) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  // Validation pipes put a list of messages into the body, and none of them into the error's own message.
  const detail = Array.isArray(message) ? message.map(String).join('; ') : error.message;
  if (typeof code !== 'string') return { type: 'about:blank', title, status, detail, code: `HTTP_${status}` };
  return { type: typeOf(code), title, status, detail, code };
}

/** For `BGS_WORKER_NOT_FOUND`: `urn:nestjs-background:worker-not-found`. */
function typeOf(code: string): string {
  return `urn:nestjs-background:${code
    .replace(/^BGS_(DASHBOARD_)?/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
}
