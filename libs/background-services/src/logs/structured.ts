import { ConsoleLogger, type Logger } from '@nestjs/common';
import { appLoggerOf, handOn, type Level } from './nest-logger.js';

/** What Nest's own logger is configured with, as far as it matters here; of Nest 12. */
interface ConsoleOptions {
  readonly structuredParams?: boolean;
  flattenParams?: boolean;
}

/**
 * Writes a line with fields, so that the message is a string and the fields stand beside it:
 *
 * - Nest 12's `ConsoleLogger` takes them as a second argument. In its JSON mode they are fields of the record, unless the app says
 *   `flattenParams: false`.
 * - Any other logger is given one object. nestjs-pino reads the text from `msg`, most others (nest-winston, the JSON mode of Nest 11) from
 *   `message`.
 *
 * A stack is never an argument here: nestjs-pino would take it for the message.
 */
export function writeStructured(logger: Logger, level: Level, message: string, fields: object): unknown {
  const options = consoleOptions(logger);
  if (!options || options.structuredParams === false)
    return handOn(logger, level, { message, msg: message, ...fields });
  if (options.flattenParams !== undefined) return handOn(logger, level, message, fields);
  options.flattenParams = true;
  try {
    return handOn(logger, level, message, fields);
  } finally {
    delete options.flattenParams;
  }
}

/** Of Nest's console logger, if that is what the app uses and it takes fields. */
function consoleOptions(logger: Logger): ConsoleOptions | undefined {
  const app: unknown = appLoggerOf(logger);
  const takesFields = 'stringifyParams' in ConsoleLogger.prototype;
  return takesFields && app instanceof ConsoleLogger
    ? (app as unknown as { readonly options?: ConsoleOptions }).options
    : undefined;
}
