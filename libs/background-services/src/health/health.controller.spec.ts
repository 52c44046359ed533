import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Global,
  HttpException,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { HealthIndicatorService } from '@nestjs/terminus';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { BackgroundServicesModule } from '../module/background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { MemoryLeaseStore } from '../lease/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
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
        detail: 'full',
        counts: { total: 1, healthy: 1, degraded: 0, standby: 0, disabled: 0 },
        degraded: [],
        store: { name: 'test', state: 'reachable' },
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

  describe('GET /health/background, asked often', () => {
    it('is rendered once a second, whoever asks', async () => {
      const app = await host();
      await kit.clock.advance(1_500);
      const list = jest.spyOn(managerOf(app), 'list');
      const texts = await Promise.all(
        Array.from({ length: 20 }, async () => (await get(app, '/health/background')).text),
      );
      expect(new Set(texts).size).toBe(1);
      expect(list).toHaveBeenCalledTimes(1);
      await kit.clock.advance(1_000);
      expect((await get(app, '/health/background')).text).not.toBe(texts[0]);
      expect(list).toHaveBeenCalledTimes(2);
    });

    it('sends no command to the store', async () => {
      const store = new MemoryLeaseStore(kit.clock);
      const { board } = store;
      const app = await host({ store });
      await kit.clock.advance(1_500);
      const commands = [
        ...(['acquire', 'renew', 'release', 'record', 'inspect'] as const).map((name) =>
          jest.spyOn(store, name),
        ),
        ...(['putPresence', 'presences', 'look', 'revision', 'commands', 'notes'] as const).map((name) =>
          jest.spyOn(board, name),
        ),
      ];
      for (let i = 0; i < 10; i++) {
        await get(app, '/health/background').expect(200);
        await get(app, '/health/background?detail=full').expect(200);
        await get(app, '/health/ready').expect(200);
        await kit.clock.advance(100);
      }
      for (const command of commands) expect(command).not.toHaveBeenCalled();
    });

    it('tries again at once after it could not be rendered', async () => {
      const app = await host();
      const list = jest.spyOn(managerOf(app), 'list');
      list.mockImplementationOnce(() => {
        throw new Error('no list');
      });
      await get(app, '/health/background').expect(500);
      await get(app, '/health/background').expect(200);
    });

    it('answers HEAD with the same status and without a body', async () => {
      const app = await host();
      const { text } = await request(app.getHttpServer() as App)
        .head('/health/background')
        .expect(200);
      expect(text).toBeFalsy();
    });
  });

  describe('?detail=', () => {
    interface Background {
      readonly detail: string;
      readonly counts: object;
      readonly degraded: string[];
      readonly workers: Record<string, object>;
    }
    async function large(workers: number, options?: BackgroundServicesOptions) {
      const app = await boot({ imports: [background(kit, options)] });
      for (let i = 0; i < workers; i++) {
        managerOf(app).register({
          name: `w${i}`,
          key: `large-${workers}`,
          schedule: { every: 1_000 },
          run: () => {
            if (i < 30) throw new Error('sick');
          },
        });
      }
      await kit.clock.advance(2_500);
      return app;
    }
    const ask = async (app: INestApplication, query = '') =>
      ((await get(app, `/health/background${query}`)).body as { details: { background: Background } }).details
        .background;

    it('is full up to 100 workers, and a summary beyond', async () => {
      expect(await ask(await large(100))).toMatchObject({ detail: 'full', counts: { total: 100 } });
      const summary = await ask(await large(101));
      expect(summary).toMatchObject({
        detail: 'summary',
        counts: { total: 101, healthy: 71, degraded: 30, standby: 0, disabled: 0 },
      });
      const first = Array.from({ length: 20 }, (_, i) => `w${i}`);
      expect(summary.degraded).toEqual(first);
      expect(Object.keys(summary.workers)).toEqual(first);
      expect(summary.workers['w0']).toMatchObject({ status: 'degraded', errors: 2 });
    });

    it('has another limit with health.detailLimit', async () => {
      expect(await ask(await large(3, { health: { detailLimit: 2 } }))).toMatchObject({ detail: 'summary' });
    });

    it('gives whoever asks what he asks for', async () => {
      const app = await large(101);
      const full = await ask(app, '?detail=full');
      expect(full.detail).toBe('full');
      expect(Object.keys(full.workers)).toHaveLength(101);
      expect(full.degraded).toHaveLength(30);
      expect((await ask(app, '?detail=summary')).detail).toBe('summary');
      expect((await ask(await host(), '?detail=summary')).workers).toEqual({});
    });

    it.each([
      ['nonsense', 'received \\"nonsense\\"'],
      ['', 'received \\"\\"'],
      ['full%00', 'u0000'],
      ['%0D%0ASet-Cookie:%20a=b', 'Set-Cookie'],
      ['%1B%5B2J', 'u001b'],
      ['FULL', 'received \\"FULL\\"'],
      ['full&detail=full', 'received an array of 2'],
      ['x'.repeat(5_000), 'xxx...'],
    ])('answers 400 to %j, and says what was expected', async (value, received) => {
      const response = await get(await host(), `/health/background?detail=${value}`);
      expect(response.status).toBe(400);
      const { message } = response.body as { message: string };
      expect(message).toContain('Query parameter "detail": expected full or summary, received');
      expect(response.text).toContain(received);
      expect(message.length).toBeLessThan(200);
      expect(Object.keys(response.headers)).not.toContain('set-cookie');
    });

    it('lets other parameters pass, as monitors add some against caches', async () => {
      await get(await host(), '/health/background?_=1700000000').expect(200);
    });

    it.each(['/health/background%00', '/health/live%0a', '/health/%E0%A4%A'])(
      'answers 4xx to the path %s',
      async (path) => {
        const status = await statusOf(await host(), path);
        expect([400, 404]).toContain(status);
      },
    );
  });

  describe('a store that does not answer', () => {
    interface Body {
      readonly status: string;
      readonly details: { readonly background: { readonly degraded: string[]; readonly store: object } };
    }
    const fail = (message: string) => kit.store.failNext(1_000, new Error(message));
    const NOPERM = "NOPERM User app has no permissions to run the 'eval' command";

    it('is told of with since when, and makes the health 503', async () => {
      fail(NOPERM);
      const app = await host();
      await kit.clock.advance(3_000);
      const { status, body } = await answer(app, '/health/background');
      expect(status).toBe(503);
      expect((body as Body).details.background).toMatchObject({
        degraded: ['lease store'],
        store: {
          name: 'test',
          state: 'unreachable',
          since: '2026-01-01T00:00:00.000Z',
          failingForMs: 3_000,
          reason: 'NOPERM: the user may not run "eval"',
          keys: ['prices:leader'],
        },
      });
      expect(JSON.stringify(body)).not.toContain('User app');
    });

    it('is shown and tolerated for as long as it may be a hiccup', async () => {
      const app = await host();
      await kit.clock.advance(1_500);
      fail('Connection is closed.');
      await kit.clock.advance(12_000);
      const { status, body } = await answer(app, '/health/background');
      expect(status).toBe(200);
      expect((body as Body).details.background.store).toMatchObject({ state: 'failing' });
      await kit.clock.advance(18_000);
      expect(await statusOf(app, '/health/background')).toBe(503);
      kit.store.failNext(0);
      await kit.clock.advance(10_000);
      expect(await statusOf(app, '/health/background')).toBe(200);
    });

    it('and one that works, and not as it should, is a warning that degrades nothing', async () => {
      const reason = 'The Redis at cache.internal:6379 evicts keys';
      const warnings = [
        { kind: 'eviction', reason, cure: 'Set noeviction', since: 5 },
        { kind: 'mine', reason: 'secret', cure: 'secret', since: 6 },
      ];
      Object.assign(kit.store, { warnings });
      const { status, body } = await answer(await host(), '/health/background');
      expect(status).toBe(200);
      const { degraded, store } = (body as Body).details.background;
      expect(degraded).toEqual([]);
      expect(store).toMatchObject({
        warnings: [
          {
            ...{
              kind: 'eviction',
              since: '1970-01-01T00:00:00.005Z',
              cure: 'set maxmemory-policy to noeviction',
            },
            reason: expect.stringMatching(/^the store evicts keys/),
          },
          { kind: 'other', reason: 'the store does not work as it should', cure: 'see the log' },
        ],
      });
      expect(JSON.stringify(body)).not.toMatch(/cache\.internal|secret/);
      const guard = { canActivate: () => true };
      const open = await answer(await host({ health: { exposeErrors: true, guard } }), '/health/background');
      expect((open.body as Body).details.background.store).toMatchObject({
        warnings: [{ reason, cure: 'Set noeviction' }, { reason: 'secret' }],
      });
    });

    it('shows what it said with exposeErrors alone', async () => {
      fail(NOPERM);
      const guard = { canActivate: () => true };
      const app = await host({ health: { exposeErrors: true, guard } });
      await kit.clock.advance(1_000);
      expect(((await answer(app, '/health/background')).body as Body).details.background.store).toMatchObject(
        { error: NOPERM },
      );
    });

    it('fails readiness only where readyRequiresStore says so, and liveness never', async () => {
      fail('connect ECONNREFUSED 10.0.0.1:6379');
      const [lenient, strict] = [await host(), await host({ health: { readyRequiresStore: true } })];
      await kit.clock.advance(1_000);
      expect(await statusOf(lenient, '/health/ready')).toBe(200);
      const { status, body } = await answer(strict, '/health/ready');
      expect(status).toBe(503);
      expect(body).toMatchObject({
        info: { application: { status: 'up' } },
        error: {
          leaseStore: { status: 'down', state: 'unreachable', reason: 'ECONNREFUSED: no connection' },
        },
      });
      expect(await statusOf(strict, '/health/live')).toBe(200);
      kit.store.failNext(0);
      await kit.clock.advance(3_000);
      expect(await statusOf(strict, '/health/ready')).toBe(200);
    });

    it('is not ready with readyRequiresStore before the store has answered once', async () => {
      const acquire = jest.spyOn(kit.store, 'acquire').mockReturnValue(new Promise(() => undefined));
      const app = await host({ health: { readyRequiresStore: true } });
      expect(await statusOf(app, '/health/ready')).toBe(503);
      acquire.mockRestore();
      await kit.clock.advance(10_000);
      expect(await statusOf(app, '/health/ready')).toBe(200);
    });

    it('is ready with readyRequiresStore where nothing campaigns', async () => {
      const options = { health: { readyRequiresStore: true } };
      expect(await statusOf(await host({ ...options, enabled: false }), '/health/ready')).toBe(200);
      const empty = await boot({ imports: [background(kit, options)] });
      expect(await statusOf(empty, '/health/ready')).toBe(200);
    });
  });

  describe('decorators', () => {
    const Public = () => SetMetadata('isPublic', true);
    @Injectable()
    class AuthGuard implements CanActivate {
      constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext) {
        return this.reflector.getAllAndOverride<boolean>('isPublic', [
          context.getHandler(),
          context.getClass(),
        ]);
      }
    }
    /** What @nestjs/throttler's guard looks at. */
    const SkipThrottle = () => SetMetadata('THROTTLER:SKIPdefault', true);
    const throttler: CanActivate = {
      canActivate(context) {
        if (Reflect.getMetadata('THROTTLER:SKIPdefault', context.getHandler()) === true) return true;
        throw new HttpException('ThrottlerException: Too Many Requests', 429);
      },
    };
    const PATHS = ['/health/background', '/health/live', '/health/ready'];
    const all = (app: INestApplication) => Promise.all(PATHS.map((path) => statusOf(app, path)));

    it('let the routes past the global guards of the app', async () => {
      const auth = { provide: APP_GUARD, useClass: AuthGuard };
      const throttle = { provide: APP_GUARD, useValue: throttler };
      expect(await all(await host({}, { providers: [auth] }))).toEqual([403, 403, 403]);
      const decorated = { health: { decorators: [Public(), SkipThrottle()] } };
      expect(await all(await host(decorated, { providers: [auth, throttle] }))).toEqual([200, 200, 200]);
      const half = { health: { decorators: [Public()] } };
      expect(await all(await host(half, { providers: [auth, throttle] }))).toEqual([429, 429, 429]);
    });

    it('leave the guard of the background health in its place', async () => {
      const guard = { canActivate: () => false };
      const app = await host({ health: { decorators: [Public()], guard } });
      expect(await all(app)).toEqual([403, 200, 200]);
    });

    it('of an earlier boot of one module definition are gone', async () => {
      let decorators: MethodDecorator[] = [Public()];
      const imports = [
        BackgroundServicesModule.forRootAsync({ useFactory: () => kit.options({ health: { decorators } }) }),
      ];
      const providers = [{ provide: APP_GUARD, useClass: AuthGuard }];
      expect(await all(await boot({ imports, providers }))).toEqual([200, 200, 200]);
      decorators = [];
      expect(await all(await boot({ imports, providers }))).toEqual([403, 403, 403]);
    });

    it('may be guards and interceptors as instances, and are refused as classes, which Nest would not make', async () => {
      const closed = { health: { decorators: [UseGuards({ canActivate: () => false })] } };
      expect(await all(await host(closed))).toEqual([403, 403, 403]);
      await expect(host({ health: { decorators: [UseGuards(AuthGuard)] } })).rejects.toThrow(
        /health\.decorators: expected instances in UseGuards\(\), not classes.*received function AuthGuard/,
      );
    });
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
