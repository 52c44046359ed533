import { type INestApplicationContext, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundServicesModule } from 'nestjs-background-services';
import {
  BackgroundJob,
  BackgroundJobs,
  BackgroundJobsModule,
  type BackgroundJobsOptions,
  type Job,
} from 'nestjs-background-jobs';
import { onCleanUp } from '../../support/processes.js';

/** What an app logged, each line with its level before it. */
export class LogRecorder implements LoggerService {
  readonly lines: string[] = [];
  readonly log = this.#at('log');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');
  readonly debug = this.#at('debug');
  readonly verbose = this.#at('verbose');

  /** The lines of a level: `warn`. */
  of(level: string): readonly string[] {
    return this.lines.filter((line) => line.startsWith(`${level}: `));
  }

  /** What was warned of, but for the items that fail on purpose. */
  get complaints(): readonly string[] {
    return [...this.of('warn'), ...this.of('error')].filter((line) => !/^warn: Item bad of job/.test(line));
  }

  #at(level: string) {
    return (message: unknown) => void this.lines.push(`${level}: ${String(message)}`);
  }
}

export interface JobsApp {
  readonly app: INestApplicationContext;
  readonly jobs: BackgroundJobs;
  readonly log: LogRecorder;
  /** Lets the items named `slow` end. */
  readonly open: () => void;
}

/** An app whose jobs of the type `steps` have the items that the request names: `slow` waits for `open()`, or for its end; `bad` fails. */
export async function bootJobs(options: BackgroundJobsOptions): Promise<JobsApp> {
  const gate = new AbortController();
  const log = new LogRecorder();

  @BackgroundJob('steps', { concurrency: 2, retries: { attempts: 1 } })
  class Steps {
    items({ items }: { items: readonly string[] }) {
      return items;
    }
    async process(item: string, { signal }: { signal: AbortSignal }) {
      if (item === 'bad') throw new Error('this item fails');
      if (item !== 'slow') return;
      const either = AbortSignal.any([signal, gate.signal]);
      await new Promise<void>((resolve) => {
        if (either.aborted) resolve();
        either.onabort = () => resolve();
      });
    }
  }

  @Module({
    providers: [Steps],
    imports: [BackgroundServicesModule.forRoot({}), BackgroundJobsModule.forRoot(options)],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: log, abortOnError: false });
  onCleanUp(() => app.close());
  return { app, jobs: app.get(BackgroundJobs), log, open: () => gate.abort() };
}

/** The job once it is over. */
export async function over(jobs: BackgroundJobs, { id }: Job): Promise<Job> {
  return jobs.waitForChange(id, undefined, 20_000);
}
