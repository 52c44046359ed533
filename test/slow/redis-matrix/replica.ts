import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type BackgroundServicesOptions,
} from 'nestjs-background-services';
import { onCleanUp } from '../../support/deferred-cleanup.js';
import { until } from '../../support/until.js';

export const KEY = 'prices:leader';

/** An app with one worker, on a Redis as somebody runs it, and what it says in the log. */
export class Replica {
  readonly lines: { readonly level: 'log' | 'warn' | 'error'; readonly text: string }[] = [];
  starts = 0;
  #app: INestApplicationContext | undefined;

  private constructor(private readonly options: BackgroundServicesOptions) {}

  static async start(
    redis: BackgroundServicesOptions['redis'],
    options: BackgroundServicesOptions = {},
  ): Promise<Replica> {
    const replica = new Replica({
      ...(redis === undefined ? {} : { redis }),
      // Long enough for a busy machine: no test waits for it.
      lease: { ttl: 9_000 },
      health: false,
      shutdown: { drainTimeout: 500 },
      ...options,
    });
    onCleanUp(() => replica.stop());
    await replica.#boot();
    return replica;
  }

  get manager(): BackgroundServiceManager {
    return this.#app!.get(BackgroundServiceManager);
  }

  get app(): INestApplicationContext {
    return this.#app!;
  }

  get leads(): boolean {
    return this.manager.isLeader(KEY);
  }

  get warnings(): readonly string[] {
    return this.lines.flatMap(({ level, text }) => (level === 'warn' ? [text] : []));
  }

  /** Waits for the work itself, not only for the lease. */
  async works(): Promise<void> {
    const before = this.starts;
    await until(() => this.starts > before, { what: `work of ${KEY}; log: ${this.warnings.join('\n')}` });
  }

  /** Waits for a warning, and returns it. */
  async warned(pattern: RegExp): Promise<string> {
    return until(() => this.warnings.find((text) => pattern.test(text)) ?? '', {
      what: `a warning like ${String(pattern)}`,
      satisfies: (text) => text !== '',
    });
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#app = undefined;
  }

  async #boot(): Promise<void> {
    const say = (level: 'log' | 'warn' | 'error') => (text: unknown) =>
      void this.lines.push({ level, text: String(text) });
    const logger: LoggerService = { log: say('log'), warn: say('warn'), error: say('error') };
    this.#app = await NestFactory.createApplicationContext(BackgroundServicesModule.forRoot(this.options), {
      logger,
    });
    this.manager.register({
      name: 'prices',
      key: KEY,
      schedule: { every: 50 },
      run: () => void (this.starts += 1),
    });
  }
}
