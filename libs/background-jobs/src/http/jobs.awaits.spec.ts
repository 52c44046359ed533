import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CountingClock } from '../../../../test/support/counting-clock.js';
import { type Asked, HeldRequests } from '../../../../test/support/held-requests.js';
import { atEveryAwait, Hold } from '../../../../test/support/hold.js';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from '../index.js';
import { JobFollowers } from '../service/job-followers.js';
import { JOB_ENGINE, JOB_STORE } from '../tokens.js';
import { JobStreams } from './job-streams.js';
import { LongPolls } from './long-polls.js';

type Adapter = 'express' | 'fastify';

/** Every route, as it is asked about a job that waits. */
const ROUTES: readonly (readonly [string, (id: string) => Asked])[] = [
  ['list', () => ({ path: '/jobs' })],
  ['get', (id) => ({ path: `/jobs/${id}` })],
  ['long poll', (id) => ({ path: `/jobs/${id}`, headers: { prefer: 'wait=20' } })],
  ['items', (id) => ({ path: `/jobs/${id}/items` })],
  ['events', (id) => ({ path: `/jobs/${id}/events` })],
  ['submit', () => ({ method: 'POST', path: '/jobs/wait', body: { n: 1 } })],
  [
    'submit and wait',
    () => ({ method: 'POST', path: '/jobs/wait', body: { n: 1 }, headers: { prefer: 'wait=20' } }),
  ],
  ['cancel', (id) => ({ method: 'POST', path: `/jobs/${id}/cancel`, body: {} })],
  ['retry', (id) => ({ method: 'POST', path: `/jobs/${id}/retry`, body: {} })],
];

/** What each of them awaits: a route that is not awaited where it was is a test that proves nothing. */
const AWAITED: Readonly<Record<string, readonly string[]>> = {
  list: ['guard.canActivate', 'store.list'],
  get: ['guard.canActivate', 'store.get'],
  'long poll': ['guard.canActivate', 'store.get'],
  items: ['guard.canActivate', 'store.items'],
  events: ['guard.canActivate', 'store.get'],
  submit: ['engine.enqueue', 'guard.canActivate', 'identify.of', 'schema.validate', 'store.create'],
  'submit and wait': [
    ...['engine.enqueue', 'guard.canActivate', 'identify.of', 'schema.validate', 'store.create', 'store.get'],
  ],
  cancel: ['guard.canActivate', 'store.requestCancel'],
  retry: ['engine.enqueue', 'guard.canActivate', 'store.retryFailed'],
};

describe('The jobs API, at every await of a request', () => {
  let apps: INestApplication[] = [];
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    apps = [];
  });

  async function boot(hold: Hold, adapter: Adapter) {
    const clock = new CountingClock();
    const guard = hold.patch({ canActivate: () => Promise.resolve(true) }, 'guard');
    const { of: identify } = hold.patch({ of: () => Promise.resolve('somebody') }, 'identify');
    const validating = hold.patch({ validate: (value: unknown) => Promise.resolve({ value }) }, 'schema');
    const body = { '~standard': { version: 1, vendor: 'test', ...validating } } as const;

    @BackgroundJob('wait', { body })
    class Wait {
      items() {
        return ['a'];
      }
      async process() {}
    }

    // With a concurrency of 0 nothing runs here: jobs wait for as long as the test likes.
    @Module({
      providers: [Wait],
      imports: [BackgroundJobsModule.forRoot({ clock, concurrency: 0, http: { guard, identify } })],
    })
    class AppModule {}

    const app =
      adapter === 'express'
        ? await NestFactory.create(AppModule, { logger: false })
        : await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    apps.push(app);
    hold.patch(app.get<object>(JOB_STORE), 'store');
    hold.patch(app.get<object>(JOB_ENGINE), 'engine');
    const requests = new HeldRequests(app, hold);
    await requests.listen();
    const [streams, polls, followers] = [app.get(JobStreams), app.get(LongPolls), app.get(JobFollowers)];
    return {
      ...{ app, clock, requests },
      jobs: app.get(BackgroundJobs),
      isWaiting: () => streams.size + polls.size > 0,
      left: () => ({
        ...{ streams: streams.size, polls: polls.size, followers: followers.size },
        ...{ calls: hold.inFlight, timers: clock.pending },
      }),
    };
  }

  const NOTHING = { streams: 0, polls: 0, followers: 0, calls: 0 };
  const ports = (held: readonly string[]) =>
    [...new Set(held.map((name) => name.replace(/^.* of /, '')))].sort();

  describe.each<Adapter>(['express', 'fastify'])('on %s', (adapter) => {
    it.each(ROUTES)('keeps nothing of a client that leaves: %s', async (route, asked) => {
      const hold = new Hold();
      const { requests, jobs, isWaiting, left } = await boot(hold, adapter);
      const before = left();
      const held = await atEveryAwait(hold, async () => {
        const { job } = await jobs.submit('wait', {});
        if (route === 'retry') await jobs.cancel(job.id);
        const sent = await requests.send(asked(job.id), isWaiting);
        await sent.leave();
        hold.letGo();
        await hold.settled();
        expect({ at: hold.held, ...left() }).toEqual({ at: hold.held, ...before });
      });
      expect(before).toMatchObject(NOTHING);
      expect(ports(held)).toEqual(AWAITED[route]);
    });
  });

  it.each(ROUTES)('comes to its end when the app closes, and so does the app: %s', async (route, asked) => {
    const hold = new Hold();
    const held = await atEveryAwait(hold, async () => {
      const { requests, jobs, isWaiting, left } = await boot(hold, 'express');
      const { job } = await jobs.submit('wait', {});
      if (route === 'retry') await jobs.cancel(job.id);
      const sent = await requests.send(asked(job.id), isWaiting);
      await requests.close(sent);
      expect({ at: hold.held, ...left() }).toEqual({ at: hold.held, ...NOTHING, timers: 0 });
      apps = [];
    });
    expect(ports(held)).toEqual(AWAITED[route]);
  });
});
