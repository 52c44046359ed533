import { type ErrorDetails, readError } from './error-details.js';
import { cut } from './show.js';

/** A log line of more helps nobody, and what is thrown may carry the megabytes of a response. */
const MESSAGE_LENGTH = 2_000;

export interface ErrorDescription {
  readonly type: string;
  /** The error's own message, and those of its causes: `Failed query: … (cause: connect ECONNREFUSED 127.0.0.1:5432)`. */
  readonly message: string;
  readonly stack?: string;
  /** The same as data: each error with its own message. */
  readonly details: ErrorDetails;
}

/**
 * Type, message and causes of whatever was thrown, of a bounded length. Never throws itself: user code throws anything.
 * @param length of the message, characters: a long one gives way to its causes, which say more
 */
export function describeError(error: unknown, length = MESSAGE_LENGTH): ErrorDescription {
  const details = readError(error);
  const { type, message: own, stack } = details;
  const causes = cut(causesOf(details).join('; '), Math.floor(length / 2));
  const message = causes === '' ? cut(own, length) : `${cut(own, length - causes.length - 3)} (${causes})`;
  return { type, message, ...(stack === undefined ? {} : { stack }), details };
}

/** What lies behind an error, in words. A cause that its error quotes is not told twice. */
function causesOf({ message, cause, errors, moreErrors = 0 }: ErrorDetails): readonly string[] {
  const told: string[] = [];
  if (errors) {
    const more = moreErrors > 0 ? [`${moreErrors} more`] : [];
    told.push(`errors: ${[...errors.map(({ message: text, type }) => text || type), ...more].join(', ')}`);
  }
  if (!cause) return told;
  const text = cause.message || cause.type;
  if (!message.includes(text)) told.push(`cause: ${text}`);
  return [...told, ...causesOf(cause)];
}
