import { afterEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BackgroundServicesModule } from 'nestjs-background-services';
import { NEVER } from 'rxjs';
import { until } from '../../../../test/support/until.js';
import { BackgroundJob, BackgroundJobsModule } from '../index.js';

type Adapter = 'express' | 'fastify';

describe('Guests of the host on HTTP routes', () => {
  let app: INestApplication | undefined;
  afterEach(() => app?.close());

  /** What a request may have to pass, in the order in which it does. */
  interface Guests {
    readonly guard?: CanActivate['canActivate'];
    readonly identify?: () => Promise<string>;
    readonly validate?: () => Promise<never>;
  }

  async function boot(adapter: Adapter, { guard = () => true, identify, validate }: Guests): Promise<string> {
    const body = { '~standard': { validate: validate ?? ((value: unknown) => ({ value })) } };

    @BackgroundJob('work', { body })
    class Work {
      items() {
        return ['a'];
      }
      async process() {}
    }

    @Module({
      providers: [Work],
      imports: [
        BackgroundServicesModule.forRoot({ health: { guard: { canActivate: guard } } }),
        BackgroundJobsModule.forRoot({
          http: { guard: { canActivate: guard }, ...(identify ? { identify } : {}) },
        }),
      ],
    })
    class AppModule {}

    app =
      adapter === 'express'
        ? await NestFactory.create(AppModule, { logger: false })
        : await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    return (await app.getUrl()).replace('[::1]', '127.0.0.1');
  }

  const submit = { method: 'POST', body: '{"n":1}', headers: { 'content-type': 'application/json' } };
  const ROUTES: readonly (readonly [string, RequestInit])[] = [
    ['/jobs', {}],
    ['/health/background', {}],
    ['/jobs/work', submit],
  ];

  const hang = (called: string[], name: string) => () => {
    called.push(name);
    return new Promise<never>(() => undefined);
  };

  describe.each<Adapter>(['express', 'fastify'])('on %s', (adapter) => {
    it.each(ROUTES)('hold no shutdown up when a guard hangs: %s', async (path, init) => {
      const called: string[] = [];
      const url = await boot(adapter, { guard: hang(called, 'guard') });
      const answer = fetch(`${url}${path}`, init);
      await until(() => called.length, { what: 'the guard to be asked', every: 1 });
      await app?.close();
      expect((await answer).status).toBe(503);
    });

    it.each(['identify', 'validate'] as const)('hold no shutdown up when %s hangs', async (name) => {
      const called: string[] = [];
      const url = await boot(adapter, { [name]: hang(called, name) });
      const answer = fetch(`${url}/jobs/work`, submit);
      await until(() => called.length, { what: 'the guest to be asked', every: 1 });
      await app?.close();
      expect((await answer).status).toBe(503);
    });
  });

  it('hold no shutdown up when the observable of a guard never says anything', async () => {
    const called: string[] = [];
    const url = await boot('express', {
      guard: () => {
        called.push('guard');
        return NEVER;
      },
    });
    const answer = fetch(`${url}/jobs`);
    await until(() => called.length, { what: 'the guard to be asked', every: 1 });
    await app?.close();
    expect((await answer).status).toBe(503);
  });

  it.each<[string, () => unknown]>([
    ['throws', () => fail()],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with what cannot be read', () => Promise.reject(unreadable())],
    ['answers nothing', () => undefined],
    ['answers what cannot be read', () => unreadable()],
  ])('are answered for when a guard %s', async (_how, guard) => {
    const url = await boot('express', { guard: guard as CanActivate['canActivate'] });
    for (const [path, init] of ROUTES) {
      const { status } = await fetch(`${url}${path}`, init);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

function fail(): never {
  throw new Error('no');
}

function unreadable(): Error {
  const { proxy, revoke } = Proxy.revocable(new Error('no'), {});
  revoke();
  return proxy;
}
