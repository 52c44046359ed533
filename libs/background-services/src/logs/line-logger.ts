import type { ErrorDetails } from '../errors/index.js';

/** What a line is about, for whoever searches logs by fields. */
export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Where the library's lines go. Implementations never throw: see `LibraryLog`. */
export interface LineLogger {
  log(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** @param error what the line is about; its message is expected to be in the line */
  error(message: string, fields?: LogFields, error?: ErrorDetails): void;
}
