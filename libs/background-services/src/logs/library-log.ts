import type { Logger } from '@nestjs/common';
import type { ErrorDetails } from '../errors/index.js';
import { callGuest } from '../kit/index.js';
import type { LineLogger, LogFields } from './line-logger.js';
import { handOn, type Level } from './nest-logger.js';
import { plainStack, plainText } from './plain-text.js';
import { writeStructured } from './structured.js';

/**
 * How the library's log lines are handed to Nest's logger: as a text, or with the fields `replica`, `worker`, `key`, `token`, … and `err`, which
 * the JSON mode of Nest's `ConsoleLogger` and nestjs-pino write one by one beside the message.
 */
export type LogStyle = 'text' | 'structured';

/** Which process, and how. */
export interface LogSettings {
  readonly style: LogStyle;
  /** Instance id of this replica. */
  readonly replica: string;
}

let hasWarned = false;

/**
 * The only door to Nest's logger: every line of this package goes through here. What comes from outside (names, holders, error messages) is
 * inert in it, and the logger, which is the app's, cannot throw or reject into the library: a line is lost then, and no election.
 */
export class LibraryLog implements LineLogger {
  constructor(
    private readonly logger: Logger,
    private readonly settings?: LogSettings,
    private readonly about: LogFields = {},
  ) {}

  log(message: string, fields?: LogFields): void {
    this.#write('log', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  error(message: string, fields?: LogFields, error?: ErrorDetails): void {
    this.#write('error', message, fields, error);
  }

  #write(level: Level, message: string, fields: LogFields = {}, error?: ErrorDetails): void {
    callGuest(() => {
      const text = plainText(message);
      if (this.settings?.style === 'structured') {
        const all = { replica: this.settings.replica, ...plain(this.about), ...plain(fields) };
        return writeStructured(this.logger, level, text, error ? { ...all, err: plainError(error) } : all);
      }
      // Nest takes an undefined second argument for another message.
      return error?.stack === undefined
        ? handOn(this.logger, level, text)
        : handOn(this.logger, level, text, plainStack(error.stack));
    }, warnOnce);
  }
}

/** Where else could it be said that the log does not work? */
function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'The logger of the app throws or rejects: lines of nestjs-background-services are lost',
    {
      type: 'BackgroundServicesWarning',
      code: 'LOGGER_FAILED',
    },
  );
}

function plain(fields: LogFields): LogFields {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: LogFields[string]): LogFields[string] {
  if (typeof value === 'string') return plainText(value);
  return typeof value === 'object' ? value.map(plainText) : value;
}

/** Without a prototype: pino takes the type of an error from its `name` then, and else from its constructor's. */
function plainError({ type, message, stack, cause, errors, moreErrors }: ErrorDetails): object {
  return Object.assign(Object.create(null) as object, {
    name: plainText(type),
    type: plainText(type),
    message: plainText(message),
    ...(stack === undefined ? {} : { stack: plainStack(stack) }),
    ...(cause ? { cause: plainError(cause) } : {}),
    ...(errors ? { errors: errors.map(plainError) } : {}),
    ...(moreErrors ? { moreErrors } : {}),
  });
}
