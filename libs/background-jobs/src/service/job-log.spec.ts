import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { until } from '../../../../test/support/until.js';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from '../index.js';

describe('The log of jobs', () => {
  let app: INestApplicationContext;
  let lines: string[];

  afterEach(() => app.close());

  async function run(
    items: readonly string[],
    options: { readonly maxFailures?: number } = {},
  ): Promise<readonly string[]> {
    lines = [];
    const at = (level: string) => (message: unknown) => void lines.push(`${level} ${String(message)}`);
    const logger: LoggerService = {
      log: at('log'),
      warn: at('warn'),
      error: at('error'),
      debug: at('debug'),
    };

    @BackgroundJob('steps', { ...options, concurrency: 1, retries: { attempts: 1 } })
    class Steps {
      items() {
        return items;
      }
      async process(item: string) {
        if (item.startsWith('bad')) throw new Error(`no\nanswer\u001b[31m to ${item}`);
      }
    }

    @Module({ providers: [Steps], imports: [BackgroundJobsModule.forRoot({})] })
    class AppModule {}

    app = await NestFactory.createApplicationContext(AppModule, { logger });
    const { job } = await app.get(BackgroundJobs).submit('steps', {});
    await until(() => lines.some((line) => / is completed| failed: \d/.test(line)), { what: 'its end' });
    return lines.filter((line) => line.includes('ob ')).map((line) => line.replaceAll(job.id, 'ID'));
  }

  it('says when one is submitted, starts with how many items, gets on, has failed items, and is done', async () => {
    const seen = await run(['a', 'bad', 'c']);
    expect(seen.filter((line) => !line.startsWith('debug'))).toEqual([
      'log Job ID (steps) was submitted',
      'log Job ID (steps) started with 3 items',
      'warn Item bad of job ID failed: Error: no\\nanswer\\u001b[31m to bad',
      'log Job ID (steps) is completed: 2 completed, 0 skipped, 1 failed of 3 items',
    ]);
    expect(seen).toContain('debug Job ID (steps): 0/3 items, 0 %');
  });

  it('says why one failed', async () => {
    expect((await run(['bad', 'bad2'], { maxFailures: 0 })).at(-1)).toMatch(
      /^error Job ID \(steps\) failed: 1 of 1 items failed, which is more than 0 \(0 completed, 0 skipped, 1 failed of 2 items\)$/,
    );
  });

  it('warns of the first twenty failed items, and leaves the rest to the debug level', async () => {
    const seen = await run(Array.from({ length: 50 }, (_, i) => `bad${i}`));
    const warned = seen.filter((line) => line.startsWith('warn Item'));
    expect(warned).toHaveLength(20);
    expect(warned.at(-1)).toMatch(/further ones at debug level/);
    expect(seen.filter((line) => line.startsWith('debug Item'))).toHaveLength(30);
  });
});
