import { describeError } from '../../../errors/index.js';

/** Whether a command failed because something of another type stands in the place of its key. */
export function isWrongType(error: unknown): boolean {
  return /^WRONGTYPE|^ERR (value is not an integer|increment or decrement)/.test(
    describeError(error).message,
  );
}
