import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { BackgroundServicesModule, LeaderElected } from 'nestjs-background-services';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

@LeaderElected('prices:leader')
@Injectable()
class Prices {
  @Interval('prices', 60_000) update() {}
}

interface Body {
  readonly details: { readonly background?: { readonly store: object }; readonly leaseStore?: object };
}

describe('health where a real Redis refuses', () => {
  let app: INestApplication | undefined;

  afterEach(async () => {
    await app?.close();
    await cleanUpAll();
  });

  async function host(redis: string) {
    class AppModule {}
    app = await NestFactory.create(
      {
        module: AppModule,
        imports: [
          BackgroundServicesModule.forRoot({
            redis,
            lease: { ttl: 1_500 },
            health: { readyRequiresStore: true },
          }),
        ],
        providers: [Prices],
      },
      { logger: false, abortOnError: false },
    );
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    return async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/health/${path}`);
      return { status: response.status, body: (await response.json()) as Body };
    };
  }

  it.each<[string, readonly string[], (port: number) => string, RegExp]>([
    [
      'a password that is wrong',
      ['user default on >right ~* &* +@all'],
      (port) => `redis://:wrong@127.0.0.1:${port}`,
      /^(WRONGPASS|NOAUTH): /,
    ],
    [
      'a password that is missing',
      ['user default on >right ~* &* +@all'],
      (port) => `redis://127.0.0.1:${port}`,
      /^NOAUTH: the store asks for a password$/,
    ],
    [
      'TLS on a port without it',
      [],
      (port) => `rediss://127.0.0.1:${port}`,
      /^TLS: |^the store does not answer/,
    ],
    [
      'a user who may not run scripts',
      ['user app on >secret ~* &* +@all -eval -evalsha'],
      (port) => `redis://app:secret@127.0.0.1:${port}`,
      /^NOPERM: the user may not run "eval(sha)?"$/,
    ],
    [
      'a user who may not touch the key',
      ['user app on >secret ~other:* &* +@all'],
      (port) => `redis://app:secret@127.0.0.1:${port}`,
      /^NOPERM: /,
    ],
  ])('names %s, and readiness fails by option; liveness does not', async (_what, users, urlOf, reason) => {
    const redis = await RedisServer.start({ config: users.join('\n') });
    const ask = await host(urlOf(redis.port));
    await until(async () => (await ask('background')).status === 503, { what: 'a health of 503' });
    const { body } = await ask('background');
    expect(body.details.background?.store).toMatchObject({
      name: 'redis',
      state: 'unreachable',
      since: expect.any(String),
      reason: expect.stringMatching(reason),
      keys: ['prices:leader'],
    });
    const ready = await ask('ready');
    expect(ready.status).toBe(503);
    expect(ready.body.details.leaseStore).toMatchObject({ status: 'down', state: 'unreachable' });
    expect((await ask('live')).status).toBe(200);
  });
});
