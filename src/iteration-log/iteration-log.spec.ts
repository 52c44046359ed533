import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfigModule } from '@nestjs/config';
import { Logger, type INestApplication } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { BackgroundServicesModule, LeaderElected } from 'nestjs-background-services';
import { BackgroundTestingKit } from 'nestjs-background-services/testing';
import { IterationLogModule } from './iteration-log.module.js';

@LeaderElected('prices:leader')
class Prices {
  @Interval('prices', 1_000)
  update() {}
}

describe('IterationLog', () => {
  let app: INestApplication;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    jest.spyOn(Logger.prototype, 'log').mockImplementation(function (this: { context?: string }, text) {
      if (this.context === 'Iterations') lines.push(String(text));
    });
  });
  afterEach(async () => {
    await app.close();
    jest.restoreAllMocks();
  });

  async function runOnce(LOG_ITERATIONS: boolean): Promise<void> {
    const kit = new BackgroundTestingKit();
    const config = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      load: [() => ({ LOG_ITERATIONS })],
    });
    const module = await Test.createTestingModule({
      imports: [config, IterationLogModule, BackgroundServicesModule.forRoot(kit.options())],
      providers: [Prices],
    }).compile();
    app = await module.createNestApplication({ logger: false }).init();
    kit.attach(app);
    await kit.runIteration('prices');
  }

  it('writes what an iteration was, and whose', async () => {
    await runOnce(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        worker: 'prices',
        key: 'prices:leader',
        token: expect.any(Number),
        scheduledAt: expect.any(String),
        startedAt: expect.any(String),
        duration: 0,
        result: 'succeeded',
        replica: expect.any(String),
      },
    ]);
  });

  it('writes nothing unless it is told to', async () => {
    await runOnce(false);
    expect(lines).toEqual([]);
  });
});
