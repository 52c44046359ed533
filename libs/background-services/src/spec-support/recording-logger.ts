import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'warn' | 'error' | 'debug';

/** Keeps log lines instead of writing them. */
export class RecordingLogger implements LoggerService {
  #lines: { readonly level: Level; readonly text: string }[] = [];

  /** The lines of one level. */
  at(level: Level): readonly string[] {
    return this.#lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  clear(): void {
    this.#lines = [];
  }

  log(message: unknown): void {
    this.#keep('log', message);
  }

  warn(message: unknown): void {
    this.#keep('warn', message);
  }

  error(message: unknown): void {
    this.#keep('error', message);
  }

  debug(message: unknown): void {
    this.#keep('debug', message);
  }

  #keep(level: Level, message: unknown): void {
    this.#lines.push({ level, text: String(message) });
  }
}
