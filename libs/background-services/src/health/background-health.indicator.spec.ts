import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { StoreWatch } from '../leadership/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import { background, boot, closeApps, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { BackgroundHealthIndicator } from './index.js';
import type { HealthOptions } from './health-options.js';

/** Terminus 12 and later know it. */
const knowsDegraded = 'degraded' in new HealthIndicatorService().check('any');

describe('BackgroundHealthIndicator', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  @LeaderElected('prices')
  @Injectable()
  class Prices {
    error: Error | undefined;
    @Interval('prices', 1_000) update() {
      if (this.error) throw this.error;
    }
  }

  /** The host's own health endpoint, as in the documentation of Terminus. */
  @Controller('health')
  class HealthController {
    constructor(
      @Inject(HealthCheckService) private readonly health: HealthCheckService,
      @Inject(BackgroundHealthIndicator) private readonly background: BackgroundHealthIndicator,
    ) {}

    @Get()
    @HealthCheck()
    check() {
      return this.health.check([
        () => ({ database: { status: 'up' } }),
        () => this.background.isHealthy('jobs'),
      ]);
    }
  }

  const host = (options?: BackgroundServicesOptions) =>
    boot({
      imports: [TerminusModule.forRoot({ logger: false }), background(kit, options)],
      providers: [Prices],
      controllers: [HealthController],
    });

  const health = async (app: INestApplication) => {
    const response = await request(app.getHttpServer() as App).get('/health');
    return { status: response.status, body: response.body as unknown };
  };

  describe("in the host's own @HealthCheck() controller", () => {
    it('stands beside other indicators under the key it is given', async () => {
      const app = await host({ health: false });
      await kit.clock.advance(1_500);
      const { body, status } = await health(app);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'ok',
        info: {
          database: { status: 'up' },
          jobs: { status: 'up', degraded: [], workers: { prices: { status: 'healthy', iterations: 1 } } },
        },
      });
    });

    it('fails the check while a worker is degraded', async () => {
      const app = await host({ health: { controller: false } });
      app.get(Prices).error = new Error('no prices');
      await kit.clock.advance(1_500);
      const { body, status } = await health(app);
      expect(status).toBe(503);
      expect(body).toMatchObject({
        status: 'error',
        info: { database: { status: 'up' } },
        error: { jobs: { status: 'down', degraded: ['prices'] } },
      });
    });

    it('degrades the check, and does not fail it, with failOnDegraded: false', async () => {
      const app = await host({ health: { failOnDegraded: false } });
      app.get(Prices).error = new Error('no prices');
      await kit.clock.advance(1_500);
      const { body, status } = await health(app);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: knowsDegraded ? 'degraded' : 'ok',
        info: { jobs: { status: knowsDegraded ? 'degraded' : 'up', degraded: ['prices'] } },
      });
    });

    it('shows error texts where the host says so: its route is its own to guard', async () => {
      const app = await host({ health: { controller: false, exposeErrors: true } });
      app.get(Prices).error = new TypeError('no prices');
      await kit.clock.advance(1_500);
      expect((await health(app)).body).toMatchObject({
        error: {
          jobs: { workers: { prices: { recentErrors: [{ type: 'TypeError', message: 'no prices' }] } } },
        },
      });
    });
  });

  it('is called "background" where no key is given', async () => {
    const app = await host();
    expect(Object.keys(await app.get(BackgroundHealthIndicator).isHealthy())).toEqual(['background']);
  });

  it('honours maxErrorRate', async () => {
    const app = await host({ health: { maxErrorRate: 0.5 } });
    const prices = app.get(Prices);
    prices.error = new Error('no prices');
    await kit.clock.advance(1_500);
    prices.error = undefined;
    const status = () => app.get(BackgroundHealthIndicator).workers()['prices']?.status;
    expect(status()).toBe('degraded');
    await kit.clock.advance(1_000);
    expect(status()).toBe('healthy');
  });

  it('judges by the clock of the module', async () => {
    const app = await host();
    await kit.clock.advance(1_500);
    kit.clock.stall(10_000);
    expect(app.get(BackgroundHealthIndicator).workers()['prices']).toMatchObject({
      status: 'degraded',
      reasons: ['stalled: overdue for 10 s'],
    });
  });

  it('says what an operator did', async () => {
    const app = await host();
    await kit.clock.advance(1_500);
    managerOf(app).pause('prices');
    expect(app.get(BackgroundHealthIndicator).workers()['prices']).toMatchObject({
      status: 'degraded',
      reasons: ['paused'],
      running: false,
      nextRunAt: null,
    });
  });

  it('takes in what else works in the background, with its verdict', async () => {
    const app = await host();
    const reasons: string[] = [];
    app.get(BackgroundExtensions).add({
      name: 'queue',
      health: () => ({ reasons, details: { status: 'none of its business', running: 3 } }),
    });
    const ask = async () => (await app.get(BackgroundHealthIndicator).isHealthy()).background;
    expect(await ask()).toMatchObject({
      status: 'up',
      degraded: [],
      extensions: { queue: { status: 'healthy', running: 3 } },
    });
    reasons.push('the queue does not answer');
    await kit.clock.advance(1_000);
    expect(await ask()).toMatchObject({
      status: 'down',
      degraded: ['queue'],
      extensions: { queue: { status: 'degraded', reasons, running: 3 } },
    });
  });

  it('is up where Terminus does not know "degraded" (11 and earlier), with the worker in the details', async () => {
    const app = await host();
    app.get(Prices).error = new Error('no prices');
    await kit.clock.advance(1_500);
    const terminus11 = {
      check: (key: string) => ({
        up: (data: object) => ({ [key]: { status: 'up', ...data } }),
        down: (data: object) => ({ [key]: { status: 'down', ...data } }),
      }),
    } as unknown as HealthIndicatorService;
    const options = { maxErrorRate: 0.05, failOnDegraded: false, detailLimit: 100 } as HealthOptions;
    const terminus = { services: () => Promise.resolve({ indicators: terminus11 }) };
    const indicator = new BackgroundHealthIndicator(terminus, {
      manager: managerOf(app),
      extensions: app.get(BackgroundExtensions),
      glance: undefined,
      store: { name: 'test', watch: app.get(StoreWatch) },
      clock: kit.clock,
      options,
    });
    expect(await indicator.isHealthy()).toMatchObject({
      background: { status: 'up', degraded: ['prices'], workers: { prices: { status: 'degraded' } } },
    });
  });
});
