import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Global,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
  UnauthorizedException,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { HealthIndicatorService } from '@nestjs/terminus';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { BackgroundServicesModule } from '../background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import type { BackgroundServicesOptions } from '../options.js';
import { background, boot, closeApps, createApp, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

const SECRET = 'connect ECONNREFUSED postgres://user:secret@db';

/** Terminus 12 and later know it. */
const knowsDegraded = 'degraded' in new HealthIndicatorService().check('any');

describe('the ready-made health controller', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  const get = (app: INestApplication, path: string) => request(app.getHttpServer() as App).get(path);
  const answer = async (app: INestApplication, path: string) => {
    const response = await get(app, path);
    return { status: response.status, headers: response.headers, body: response.body as unknown };
  };
  const statusOf = async (app: INestApplication, path: string) => (await get(app, path)).status;

  @LeaderElected('prices:leader')
  @Injectable()
  class Prices {
    error: Error | undefined;
    @Interval('prices', 1_000) update() {
      if (this.error) throw this.error;
    }
  }

  async function host(options?: BackgroundServicesOptions, more: ModuleMetadata = {}) {
    return boot({
      ...more,
      imports: [...(more.imports ?? []), background(kit, options)],
      providers: [...(more.providers ?? []), Prices],
    });
  }

  async function sickHost(options?: BackgroundServicesOptions, more?: ModuleMetadata) {
    const app = await host(options, more);
    app.get(Prices).error = new Error(SECRET);
    await kit.clock.advance(6_500);
    return app;
  }

  describe('GET /health/background', () => {
    it('tells of every worker in the shape of Terminus', async () => {
      const app = await host();
      await kit.clock.advance(2_500);
      const { body, headers, status } = await answer(app, '/health/background');
      const { instanceId } = managerOf(app);
      const background = {
        status: 'up',
        instanceId,
        degraded: [],
        workers: {
          prices: {
            status: 'healthy',
            role: 'leader',
            leader: instanceId,
            key: 'prices:leader',
            schedule: 'every 1000 ms',
            running: true,
            circuitBreaker: 'closed',
            iterations: 2,
            errors: 0,
            skipped: 0,
            errorRate: '0.00%',
            lastStartAt: '2026-01-01T00:00:02.000Z',
            lastSuccessAt: '2026-01-01T00:00:02.000Z',
            nextRunAt: '2026-01-01T00:00:03.000Z',
          },
        },
      };
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'ok',
        info: { background },
        error: {},
        details: { background },
      });
      expect(headers['cache-control']).toBe('no-store');
    });

    it('is 503 while a worker that this replica leads is degraded, and says which and why', async () => {
      const app = await sickHost();
      const { body, status } = await answer(app, '/health/background');
      expect(status).toBe(503);
      expect(body).toMatchObject({
        status: 'error',
        error: {
          background: {
            status: 'down',
            degraded: ['prices'],
            workers: {
              prices: {
                status: 'degraded',
                reasons: ['circuit breaker open', 'error rate 100.00% over 5.00%'],
                circuitBreaker: 'open',
                errors: 5,
                errorRate: '100.00%',
                retryAt: '2026-01-01T00:01:05.000Z',
                lastSuccessAt: null,
              },
            },
          },
        },
      });
    });

    it('is 200 again once the worker has recovered', async () => {
      const app = await sickHost({ health: { maxErrorRate: 1 } });
      expect(await statusOf(app, '/health/background')).toBe(503);
      app.get(Prices).error = undefined;
      await kit.clock.advance(62_000);
      expect(await statusOf(app, '/health/background')).toBe(200);
    });

    it('is 200 with failOnDegraded: false, and still says which', async () => {
      const app = await sickHost({ health: { failOnDegraded: false } });
      const { body, status } = await answer(app, '/health/background');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: knowsDegraded ? 'degraded' : 'ok',
        info: { background: { status: knowsDegraded ? 'degraded' : 'up', degraded: ['prices'] } },
      });
    });

    it('is 200 on a standby, which names the leader', async () => {
      kit.steal('prices:leader', 'another-replica', 3_600_000);
      const app = await sickHost();
      const { body, status } = await answer(app, '/health/background');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        info: {
          background: {
            workers: {
              prices: { status: 'standby', role: 'standby', leader: 'another-replica', running: false },
            },
          },
        },
      });
    });

    it('is 200 before anything has run, and without any worker', async () => {
      expect(await statusOf(await host(), '/health/background')).toBe(200);
      const empty = await boot({ imports: [background(kit)] });
      expect((await get(empty, '/health/background')).body).toMatchObject({
        details: { background: { status: 'up', workers: {} } },
      });
    });

    it.each(['status', '__proto__', 'constructor', 'toString', 'error', 'details', 'ünï "☃"'])(
      'shows a worker named %s as any other',
      async (name) => {
        const app = await host();
        const run = () => Promise.reject(new Error('sick'));
        managerOf(app).register({ name, key: 'strange', schedule: { every: 1_000 }, run });
        await kit.clock.advance(1_500);
        const { text, status } = await get(app, '/health/background');
        expect(status).toBe(503);
        const { details } = JSON.parse(text) as {
          details: { background: { degraded: string[]; workers: object; status: string } };
        };
        expect(details.background.degraded).toEqual([name]);
        expect(details.background.status).toBe('down');
        expect(Object.entries(details.background.workers)).toEqual([
          ['prices', expect.objectContaining({ status: 'healthy' })],
          [name, expect.objectContaining({ status: 'degraded', iterations: 1 })],
        ]);
      },
    );
  });

  describe('error texts', () => {
    const all = async (app: INestApplication) =>
      (
        await Promise.all(
          ['/health/background', '/health/live', '/health/ready'].map((path) => get(app, path)),
        )
      )
        .map(({ text }) => text)
        .join('\n');

    it('are hidden by default', async () => {
      expect(await all(await sickHost())).not.toContain('secret');
    });

    it('are shown with exposeErrors, to whom the guard lets through', async () => {
      const guard: CanActivate = {
        canActivate: (context: ExecutionContext) =>
          context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-key'] ===
          'open',
      };
      const app = await sickHost({ health: { exposeErrors: true, guard } });
      await get(app, '/health/background').expect(403);
      const shown = await get(app, '/health/background').set('x-key', 'open').expect(503);
      expect(shown.body).toMatchObject({
        error: {
          background: {
            workers: {
              prices: {
                recentErrors: expect.arrayContaining([
                  { at: '2026-01-01T00:00:01.000Z', type: 'Error', message: SECRET },
                ]) as unknown,
              },
            },
          },
        },
      });
    });

    it('are refused without a guard', async () => {
      await expect(host({ health: { exposeErrors: true } })).rejects.toThrow(
        /health\.exposeErrors: expected false, or a health\.guard beside it/,
      );
    });
  });

  describe('guard', () => {
    @Injectable()
    class Keys {
      made = 0;
      readonly key: string = 'open';
    }

    @Injectable()
    class KeyGuard implements CanActivate {
      constructor(@Inject(Keys) readonly keys: Keys) {
        keys.made++;
      }
      canActivate(context: ExecutionContext) {
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
        if (headers['x-key'] === this.keys.key) return Promise.resolve(true);
        throw new UnauthorizedException();
      }
    }

    async function expectGuarded(app: INestApplication) {
      await get(app, '/health/background').expect(401);
      await get(app, '/health/background').set('x-key', 'open').expect(200);
      // Orchestrators have no key.
      await get(app, '/health/live').expect(200);
      await get(app, '/health/ready').expect(200);
    }

    it('may be a class whose dependencies come from a global module', async () => {
      @Global()
      @Module({ providers: [Keys], exports: [Keys] })
      class KeysModule {}
      await expectGuarded(await host({ health: { guard: KeyGuard } }, { imports: [KeysModule] }));
    });

    it('may be a class whose dependencies come from the imports of forRootAsync', async () => {
      @Module({ providers: [Keys], exports: [Keys] })
      class KeysModule {}
      const useFactory = () => kit.options({ health: { guard: KeyGuard } });
      await expectGuarded(
        await boot({
          imports: [BackgroundServicesModule.forRootAsync({ imports: [KeysModule], useFactory })],
        }),
      );
    });

    it("is the app's own instance where a module provides it", async () => {
      @Module({ providers: [Keys, KeyGuard] })
      class AuthModule {}
      const app = await host({ health: { guard: KeyGuard } }, { imports: [AuthModule] });
      await expectGuarded(app);
      expect(app.get(Keys).made).toBe(1);
    });

    it('that cannot be made stops the boot', async () => {
      await expect(host({ health: { guard: KeyGuard } })).rejects.toThrow(/KeyGuard.*Keys/s);
    });

    it('may be an instance', async () => {
      await expectGuarded(await host({ health: { guard: new KeyGuard(new Keys()) } }));
    });

    it('that answers nothing lets nobody through, as in Nest', async () => {
      const guard = { canActivate: () => undefined as unknown as boolean };
      expect(await statusOf(await host({ health: { guard } }), '/health/background')).toBe(403);
    });
  });

  describe('paths', () => {
    const DEFAULTS = ['/health/background', '/health/live', '/health/ready'];
    const OTHERS = ['/ops/jobs', '/livez', '/readyz'];
    const health = { path: 'ops/jobs', livePath: '/livez', readyPath: 'readyz/' };
    const statuses = (app: INestApplication, paths: string[]) =>
      Promise.all(paths.map((path) => statusOf(app, path)));

    it('are /health/background, /health/live and /health/ready by default', async () => {
      expect(await statuses(await host(), DEFAULTS)).toEqual([200, 200, 200]);
    });

    it('are those of the options', async () => {
      const app = await host({ health });
      expect(await statuses(app, OTHERS)).toEqual([200, 200, 200]);
      expect(await statuses(app, DEFAULTS)).toEqual([404, 404, 404]);
    });

    it('are those of options that come later', async () => {
      const useFactory = () => Promise.resolve(kit.options({ health }));
      const app = await boot({ imports: [BackgroundServicesModule.forRootAsync({ useFactory })] });
      expect(await statuses(app, OTHERS)).toEqual([200, 200, 200]);
      expect(await statuses(app, DEFAULTS)).toEqual([404, 404, 404]);
    });

    it.each<[string, BackgroundServicesOptions]>([
      ['health: false', { health: false }],
      ['controller: false', { health: { controller: false } }],
    ])('are free for the app with %s', async (_option, options) => {
      @Controller()
      class Own {
        @Get('health/live') live() {
          return 'mine';
        }
      }
      const app = await host(options, { controllers: [Own] });
      expect(await statuses(app, ['/', '/health/background', '/health/ready'])).toEqual([404, 404, 404]);
      expect((await get(app, '/health/live')).text).toBe('mine');
    });

    it('lie under the global prefix of the app', async () => {
      const app = await createApp({ imports: [background(kit)] });
      app.setGlobalPrefix('api');
      await app.init();
      expect(
        await statuses(
          app,
          DEFAULTS.map((path) => `/api${path}`),
        ),
      ).toEqual([200, 200, 200]);
      expect(await statuses(app, DEFAULTS)).toEqual([404, 404, 404]);
    });

    it('do not move with the versions of the app', async () => {
      const app = await createApp({ imports: [background(kit)] });
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      await app.init();
      expect(await statuses(app, DEFAULTS)).toEqual([200, 200, 200]);
    });

    it('of one app are not those of another', async () => {
      const [first, second] = [await host({ health }), await host()];
      expect(await statuses(first, [...OTHERS, ...DEFAULTS])).toEqual([200, 200, 200, 404, 404, 404]);
      expect(await statuses(second, [...OTHERS, ...DEFAULTS])).toEqual([404, 404, 404, 200, 200, 200]);
    });

    it('are those of the latest boot where one module definition is booted twice', async () => {
      let current: BackgroundServicesOptions['health'] = false;
      const imports = [
        BackgroundServicesModule.forRootAsync({ useFactory: () => kit.options({ health: current }) }),
      ];
      expect(await statuses(await boot({ imports }), [...OTHERS, ...DEFAULTS])).not.toContain(200);
      current = health;
      expect(await statuses(await boot({ imports }), OTHERS)).toEqual([200, 200, 200]);
      current = {};
      expect(await statuses(await boot({ imports }), DEFAULTS)).toEqual([200, 200, 200]);
    });

    it('are guarded by the global guards of the app like every route', async () => {
      const deny = { provide: APP_GUARD, useValue: { canActivate: () => false } };
      expect(await statuses(await host({}, { providers: [deny] }), DEFAULTS)).toEqual([403, 403, 403]);
    });
  });

  describe('probes', () => {
    it('never fail for a sick worker', async () => {
      const app = await sickHost();
      managerOf(app).pause('prices');
      await get(app, '/health/live').expect(200);
      await get(app, '/health/ready').expect(200);
    });

    it('have the shape of Terminus', async () => {
      const app = await host();
      const live = { process: { status: 'up' } };
      await get(app, '/health/live')
        .expect('cache-control', 'no-store')
        .expect(200, { status: 'ok', info: live, error: {}, details: live });
      const ready = { application: { status: 'up' } };
      await get(app, '/health/ready')
        .expect('cache-control', 'no-store')
        .expect(200, { status: 'ok', info: ready, error: {}, details: ready });
    });

    it('tell life from readiness while the app boots and while it shuts down', async () => {
      const seen: Record<string, number[]> = {};
      @Injectable()
      class Observer implements OnModuleInit {
        app: INestApplication | undefined;
        async #observe(when: string) {
          if (!this.app) return;
          seen[when] = await Promise.all(
            ['/health/live', '/health/ready'].map((path) => statusOf(this.app as INestApplication, path)),
          );
        }
        onModuleInit() {
          return this.#observe('init');
        }
        onApplicationBootstrap() {
          return this.#observe('bootstrap');
        }
        onModuleDestroy() {
          return this.#observe('destroy');
        }
        beforeApplicationShutdown() {
          return this.#observe('before shutdown');
        }
      }
      const app = await createApp({ imports: [background(kit)], providers: [Observer] });
      const observer = app.get(Observer);
      observer.app = app;
      await app.init();
      expect(await statusOf(app, '/health/ready')).toBe(200);
      await app.close();
      expect(seen).toEqual({
        init: [200, 503],
        bootstrap: [200, 503],
        destroy: [200, 503],
        'before shutdown': [200, 503],
      });
    });

    it('say not ready while work still drains', async () => {
      const app = await host();
      managerOf(app).register({
        name: 'slow',
        key: 'slow',
        schedule: { every: 1_000 },
        run: ({ signal }) =>
          new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => void kit.clock.setTimeout(resolve, 1_000)),
          ),
      });
      await kit.clock.advance(1_500);
      const closing = app.close();
      await kit.clock.advance(100);
      expect(await statusOf(app, '/health/ready')).toBe(503);
      expect(await statusOf(app, '/health/live')).toBe(200);
      await kit.clock.advance(1_000);
      await closing;
    });
  });

  it('stays out of the way of an app without HTTP', async () => {
    @Module({ imports: [background(kit)], providers: [Prices] })
    class WorkerModule {}
    const context = await NestFactory.createApplicationContext(WorkerModule, { logger: log });
    await kit.clock.advance(1_500);
    expect(context.get(BackgroundServiceManager).getMetrics('prices').iterations).toBe(1);
    await context.close();
  });
});
