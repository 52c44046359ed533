/** What a line is about, for whoever searches logs by fields. */
export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Where the library's lines go. Nest's own `Logger` is one. */
export interface LineLogger {
  log(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields, stack?: string): void;
}
