import type { Logger } from '@nestjs/common';
import type { LineLogger, LogFields } from './line-logger.js';
import { plainStack, plainText } from './plain-text.js';

/**
 * How the library's log lines are handed to Nest's logger: as a text, or as an object `{ message, replica, worker, key, token, … }`, whose
 * fields the JSON mode of Nest's `ConsoleLogger` and nestjs-pino write one by one.
 */
export type LogStyle = 'text' | 'structured';

/** Which process, and how. */
export interface LogSettings {
  readonly style: LogStyle;
  /** Instance id of this replica. */
  readonly replica: string;
}

/** Every line of this package goes through here: what comes from outside (names, holders, error messages) is inert in it. */
export class LibraryLog implements LineLogger {
  constructor(
    private readonly logger: Logger,
    private readonly settings?: LogSettings,
    private readonly about: LogFields = {},
  ) {}

  log(message: string, fields?: LogFields): void {
    this.logger.log(this.#line(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.logger.warn(this.#line(message, fields));
  }

  debug(message: string, fields?: LogFields): void {
    this.logger.debug(this.#line(message, fields));
  }

  error(message: string, fields?: LogFields, stack?: string): void {
    const line = this.#line(message, fields);
    // Nest takes an undefined second argument for another message.
    if (stack === undefined) this.logger.error(line);
    else this.logger.error(line, plainStack(stack));
  }

  #line(message: string, fields: LogFields | undefined): string | object {
    const text = plainText(message);
    if (this.settings?.style !== 'structured') return text;
    return { message: text, replica: this.settings.replica, ...plain(this.about), ...plain(fields) };
  }
}

function plain(fields: LogFields = {}): LogFields {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: LogFields[string]): LogFields[string] {
  if (typeof value === 'string') return plainText(value);
  return typeof value === 'object' ? value.map(plainText) : value;
}
