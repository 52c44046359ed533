import { ConsoleLogger, Logger } from '@nestjs/common';

export type Level = 'log' | 'warn' | 'debug' | 'error';

/** What of Nest's `Logger` is not in its types. */
interface LoggerInside {
  /** The logger of the app, which Nest's hands on to. */
  readonly localInstance?: Partial<Record<Level, (...args: readonly unknown[]) => unknown>>;
  readonly context?: unknown;
}

/** The logger that the app uses. While an app boots with `bufferLogs`, nobody knows yet who will write the line. */
export function appLoggerOf(logger: Logger): LoggerInside['localInstance'] {
  const { isBufferAttached } = Logger as unknown as { readonly isBufferAttached?: boolean };
  return isBufferAttached ? undefined : (logger as unknown as LoggerInside).localInstance;
}

/**
 * Logs as Nest's `Logger` does, and returns what the app's logger returned. Nest's drops it: a promise that rejects would be nobody's, and
 * end the process.
 */
export function handOn(logger: Logger, level: Level, ...args: readonly unknown[]): unknown {
  const app = appLoggerOf(logger);
  // Nest's own never returns anything.
  if (!app || app instanceof ConsoleLogger) return (logger[level] as (...all: unknown[]) => unknown)(...args);
  const { context } = logger as unknown as LoggerInside;
  if (typeof context !== 'string') return app[level]?.(...args);
  // So that the context is not taken for a stack.
  const padded = level === 'error' && args.length === 1 ? [...args, undefined] : args;
  return app[level]?.(...padded, context);
}
