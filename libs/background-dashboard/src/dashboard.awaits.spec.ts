import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Interval } from '@nestjs/schedule';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from 'nestjs-background-jobs';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  LeaderElected,
} from 'nestjs-background-services';
import { MemoryLeaseStore } from 'nestjs-background-services/store';
import { CountingClock } from '../../../test/support/counting-clock.js';
import { type Asked, HeldRequests } from '../../../test/support/held-requests.js';
import { atEveryAwait, Hold } from '../../../test/support/hold.js';
import { until } from '../../../test/support/until.js';
import { BackgroundDashboardModule } from './index.js';
import { FleetStream } from './stream/fleet-stream.js';

const KEY = 'prices:leader';
const API = '/background/api';
const read = (path: string): readonly [string, (id: string) => Asked] => [
  path,
  (id) => ({ path: `${API}/${path.replace(':id', id)}` }),
];

const act = (path: string): readonly [string, (id: string) => Asked] => [
  `POST ${path}`,
  (id) => ({
    method: 'POST',
    path: `${API}/${path.replace(':id', id)}`,
    body: { why: 'a test', ...(path.endsWith('disable') ? { duration: 1 } : {}) },
  }),
];

/** All that operators' pages and monitors read, and all that operators do. */
const ROUTES = [
  ...['fleet', 'workers/prices', 'audit', 'leases/stale', 'access', 'stream', 'jobs', 'jobs/:id/failed'].map(
    read,
  ),
  ...['background', 'ready', 'live'].map(
    (name) => [`health/${name}`, () => ({ path: `/health/${name}` })] as const,
  ),
  ...['pause', 'resume', 'trigger', 'reset-breaker', 'force-open-breaker'].map((name) =>
    act(`workers/prices/${name}`),
  ),
  ...['step-down', 'disable', 'enable', 'expire-lease'].map((name) => act(`keys/${KEY}/${name}`)),
  ...['cordon', 'uncordon'].map((name) => act(`replicas/:replica/${name}`)),
  ...['cancel', 'retry'].map((name) => act(`jobs/:id/${name}`)),
];

describe('The dashboard and the health, at every await of a request', () => {
  let apps: INestApplication[] = [];
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    apps = [];
  });

  async function boot(hold: Hold, adapter: 'express' | 'fastify') {
    const clock = new CountingClock();
    const guard = hold.patch({ canActivate: () => Promise.resolve(true) }, 'guard');
    const { of: identify } = hold.patch({ of: () => Promise.resolve('somebody') }, 'identify');
    const store = new MemoryLeaseStore();
    hold.patch(store.board, 'board');

    @Injectable()
    @LeaderElected(KEY)
    class Prices {
      @Interval('prices', 3_600_000) update() {}
    }

    @BackgroundJob('wait')
    class Wait {
      items() {
        return ['a'];
      }
      async process() {}
    }

    @Module({
      providers: [Prices, Wait],
      imports: [
        BackgroundServicesModule.forRoot({ store, health: { guard } }),
        BackgroundJobsModule.forRoot({ concurrency: 0 }),
        BackgroundDashboardModule.forRoot({
          clock,
          page: false,
          guards: { read: guard, act: guard },
          identify,
        }),
      ],
    })
    class AppModule {}

    const app =
      adapter === 'express'
        ? await NestFactory.create(AppModule, { logger: false })
        : await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    apps.push(app);
    hold.patch(app.get(BackgroundJobs), 'jobs');
    const requests = new HeldRequests(app, hold);
    await requests.listen();
    const manager = app.get(BackgroundServiceManager);
    await until(() => manager.isLeader(KEY), { what: 'the app to lead', every: 1 });
    const stream = app.get(FleetStream);
    return {
      ...{ app, requests, clock },
      jobs: app.get(BackgroundJobs),
      isWaiting: () => stream.clients > 0,
      left: () => ({ clients: stream.clients, calls: hold.inFlight, timers: clock.pending }),
    };
  }

  const NOTHING = { clients: 0, calls: 0, timers: 0 };

  describe.each(['express', 'fastify'] as const)('on %s', (adapter) => {
    it.each(ROUTES)('keeps nothing of a client that leaves: %s', async (_route, asked) => {
      const hold = new Hold();
      const { requests, jobs, isWaiting, left } = await boot(hold, adapter);
      await atEveryAwait(hold, async () => {
        const { job } = await jobs.submit('wait', {});
        const sent = await requests.send(asked(job.id), isWaiting);
        await sent.leave();
        hold.letGo();
        await hold.settled();
        expect({ at: hold.held, ...left() }).toEqual({ at: hold.held, ...NOTHING });
      });
    });
  });

  it.each(ROUTES)('comes to its end when the app closes, and so does the app: %s', async (route, asked) => {
    const hold = new Hold();
    const held = await atEveryAwait(hold, async () => {
      const { requests, jobs, isWaiting, left } = await boot(hold, 'express');
      const { job } = await jobs.submit('wait', {});
      const sent = await requests.send(asked(job.id), isWaiting);
      await requests.close(sent);
      expect({ at: hold.held, ...left() }).toEqual({ at: hold.held, ...NOTHING });
      apps = [];
    });
    // Probes of the process are guarded by nobody, and ask nobody.
    if (!/live|ready/.test(route)) expect(held).toContain('reply of guard.canActivate');
  });
});
