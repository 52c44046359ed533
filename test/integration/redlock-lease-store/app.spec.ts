import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
  type LeadershipLostError,
} from 'nestjs-background-services';
import { redlockStore } from 'nestjs-background-redlock';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { expectToRise } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const TTL = 4_000;
const DEADLINE = (TTL * 2) / 3;
const TICK = 50;
/** What a busy machine may add, ms. */
const SLACK = 500;

interface Start {
  readonly app: string;
  readonly token: number;
  readonly at: number;
}

describe('An app on several Redis servers', () => {
  let quorum: RedisQuorum;
  let starts: Start[];
  let aborts: { readonly app: string; readonly reason: string; readonly at: number }[];

  beforeEach(async () => {
    quorum = await RedisQuorum.start(3);
    starts = [];
    aborts = [];
  });
  afterEach(cleanUpAll);

  async function startApp(name: string): Promise<INestApplicationContext> {
    const app = await NestFactory.createApplicationContext(
      BackgroundServicesModule.forRoot({
        store: redlockStore(quorum.urls),
        instanceId: name,
        lease: { ttl: TTL },
        shutdown: { drainTimeout: 500 },
        health: false,
      }),
      { logger: false },
    );
    onCleanUp(() => app.close());
    const manager = app.get(BackgroundServiceManager);
    const at = () => performance.now();
    manager.register({
      name: 'tick',
      key: KEY,
      schedule: { every: TICK },
      immediate: true,
      run: ({ fencingToken }: Iteration) => void starts.push({ app: name, token: fencingToken, at: at() }),
    });
    manager.register({
      name: 'term',
      key: KEY,
      run: ({ signal }: Iteration) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborts.push({ app: name, reason: (signal.reason as LeadershipLostError).reason, at: at() });
            resolve();
          });
        }),
    });
    return app;
  }

  const works = (name: string, since = 0) =>
    until(() => starts.find(({ app, at }) => app === name && at > since), {
      what: `${name} to work`,
      timeout: 3 * TTL,
      every: 5,
    });

  it('elects one replica, runs there alone, and hands over when it goes', async () => {
    const first = await startApp('first');
    await works('first');
    await startApp('second');
    await until(() => starts.length, { what: 'more work', satisfies: (count) => count > 20 });
    expect(new Set(starts.map(({ app }) => app))).toEqual(new Set(['first']));
    for (const value of await quorum.each((operator) => operator.get(KEY)))
      expect(value).toMatch(/^first-[0-9a-f]{8}$/);

    const given = stopwatch();
    await first.close();
    const next = await works('second');
    // It was told of the release: it did not wait for an expiry.
    expect(given()).toBeLessThan(TTL / 2);
    expect(starts.findLast(({ app }) => app === 'first')!.at).toBeLessThan(next!.at);
    expectToRise([...new Set(starts.map(({ token }) => token))]);
  });

  it('goes on without a minority, steps down in time without a majority, and recovers', async () => {
    const app = await startApp('first');
    await works('first');
    await quorum.servers[0]!.crash();
    const aloneAt = performance.now();
    await until(() => performance.now() - aloneAt, {
      what: 'two TTLs',
      satisfies: (time) => time > 1.5 * TTL,
    });
    expect(aborts).toEqual([]);

    await quorum.servers[1]!.crash();
    const lostAt = performance.now();
    const [abort] = await until(() => aborts, {
      what: 'the end of the term',
      satisfies: (seen) => seen.length > 0,
      timeout: TTL,
    });
    expect(abort).toMatchObject({ reason: 'deadline' });
    expect(abort!.at - lostAt).toBeLessThan(DEADLINE + SLACK);
    expect(starts.filter(({ at }) => at > abort!.at + TICK)).toEqual([]);
    expect(app.get(BackgroundServiceManager).isLeader(KEY)).toBe(false);

    await Promise.all([quorum.servers[0]!.restart(), quorum.servers[1]!.restart()]);
    await works('first', abort!.at);
    expectToRise([...new Set(starts.map(({ token }) => token))]);
  });

  it('does not start with a list in the place of one server, and says how it would', async () => {
    const redis = quorum.urls;
    const boot = NestFactory.createApplicationContext(
      BackgroundServicesModule.forRoot({ redis: redis as never }),
      {
        logger: false,
        abortOnError: false,
      },
    );
    await expect(boot).rejects.toThrow(
      'use store: redlockStore([…]) in place of redis, received an array of 3',
    );
  });
});
