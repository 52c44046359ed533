import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { until } from '../../../../test/support/until.js';
import { JobsClient } from '../client/index.js';
import { BackgroundJob, BackgroundJobsModule } from '../index.js';
import type { ItemsBody, JobBody } from './bodies.js';

const yes = { canActivate: () => true };

describe('The jobs API', () => {
  let app: INestApplication;
  let url: string;
  let opened: () => void;

  beforeEach(async () => {
    let open = new Promise<void>((resolve) => (opened = resolve));

    @BackgroundJob('count', { concurrency: 5, retries: { attempts: 1 }, maxPending: 3, maxRequestSize: 100 })
    class Count {
      items({ n }: { n: number }) {
        return Array.from({ length: n }, (_, i) => `item-${i}`);
      }
      async process(item: string) {
        if (item.endsWith('3')) throw new Error('no threes');
      }
    }

    @BackgroundJob('wait', { concurrency: 2 })
    class Wait {
      items() {
        return ['a', 'b', 'c', 'd'];
      }
      async process(_item: string, { signal }: { signal: AbortSignal }) {
        await Promise.race([open, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
        signal.throwIfAborted();
      }
    }

    @Module({
      providers: [Count, Wait],
      imports: [BackgroundJobsModule.forRoot({ http: { guard: yes } })],
    })
    class AppModule {}

    app = await NestFactory.create(AppModule, { logger: false });
    app.setGlobalPrefix('v1');
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/v1/jobs`;
    void open.then(() => (open = Promise.resolve()));
  });
  afterEach(() => app.close());

  const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const bodyOf = async <Body = JobBody>(answer: Response) => (await answer.json()) as Body;
  const over = async (id: string) => bodyOf(await fetch(`${url}/${id}`, { headers: { prefer: 'wait=10' } }));

  it('takes a job on at once, and says where to look', async () => {
    const answer = await post('count', { n: 25 });
    const job = await bodyOf(answer);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(job).toMatchObject({
      type: 'count',
      request: { n: 25 },
      durable: false,
      statusUrl: `/v1/jobs/${job.id}`,
    });
    expect(await over(job.id)).toMatchObject({
      status: 'completed',
      percentage: 100,
      counts: { total: 25, completed: 22, failed: 3, skipped: 0 },
    });
  });

  it('shows items, and works off again what failed', async () => {
    const { id } = await bodyOf(await post('count', { n: 25 }));
    await over(id);
    const failed = await bodyOf<ItemsBody>(await fetch(`${url}/${id}/items?status=failed&limit=2`));
    expect(failed.items.map(({ key, error }) => [key, error?.detail])).toEqual([
      ['item-3', 'no threes'],
      ['item-13', 'no threes'],
    ]);
    const rest = await bodyOf<ItemsBody>(
      await fetch(`${url}/${id}/items?status=failed&cursor=${failed.next}`),
    );
    expect(rest).toMatchObject({ items: [{ key: 'item-23' }], next: null });
    expect((await post(`${id}/retry`)).status).toBe(202);
    expect((await over(id)).counts).toMatchObject({ completed: 22, failed: 3 });
  });

  it('is one job for one idempotency key, and none for another request under it', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await bodyOf(await post('count', { n: 2 }, key));
    const again = await post('count', { n: 2 }, key);
    expect([again.status, again.headers.get('idempotency-replayed'), (await bodyOf(again)).id]).toEqual([
      202,
      'true',
      first.id,
    ]);
    expect((await post('count', { n: 3 }, key)).status).toBe(422);
  });

  it('tells of a job until its end, and of nothing to who saw that', async () => {
    const { id } = await bodyOf(await post('wait'));
    const stream = await fetch(`${url}/${id}/events`);
    opened();
    const text = await stream.text();
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, revision]) => Number(revision));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(text).toContain('"status":"completed"');
    const seen = await fetch(`${url}/${id}/events`, { headers: { 'last-event-id': String(ids.at(-1)) } });
    expect(seen.status).toBe(204);
  });

  it('ends a job, and answers 304 to who knows it', async () => {
    const { id } = await bodyOf(await post('wait'));
    await until(async () => (await bodyOf(await fetch(`${url}/${id}`))).counts.total === 4, {
      what: 'the run',
    });
    expect((await post(`${id}/cancel`)).status).toBe(202);
    expect(await over(id)).toMatchObject({ status: 'cancelled', counts: { completed: 0 } });
    const { headers } = await fetch(`${url}/${id}`);
    const known = { 'if-none-match': headers.get('etag')! };
    expect((await fetch(`${url}/${id}`, { headers: known })).status).toBe(304);
    expect((await post(`${id}/retry`)).status).toBe(202);
  });

  it('refuses more jobs than may wait', async () => {
    const waiting = await Promise.all(Array.from({ length: 10 }, () => post('wait')));
    expect(waiting.map(({ status }) => status)).toEqual(waiting.map(() => 202));
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await post('count', { n: 1 }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429, 429]);
    opened();
  });

  it.each([
    ['GET', 'nope', 400, 'BGJ_INVALID_REQUEST'],
    ['GET', '1', 400, 'BGJ_INVALID_REQUEST'],
    ['GET', '0190f3c0-0000-7000-8000-000000000000', 410, 'BGJ_JOB_GONE'],
    ['GET', 'ffffffff-ffff-7fff-8fff-ffffffffffff', 404, 'BGJ_JOB_NOT_FOUND'],
    ['GET', '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d', 404, 'BGJ_JOB_NOT_FOUND'],
    ['GET', '00000000-0000-0000-0000-000000000000/items', 404, 'BGJ_JOB_NOT_FOUND'],
    ['POST', '2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d/cancel', 404, 'BGJ_JOB_NOT_FOUND'],
    ['GET', '(a+)+$', 400, 'BGJ_INVALID_REQUEST'],
    ['GET', '(', 400, 'BGJ_INVALID_REQUEST'],
    ['GET', '?status=broken', 400, 'BGJ_INVALID_REQUEST'],
    ['GET', '?limit=201', 400, 'BGJ_INVALID_REQUEST'],
    ['POST', 'unknown', 404, 'BGJ_UNKNOWN_TYPE'],
    ['POST', '__proto__', 404, 'BGJ_UNKNOWN_TYPE'],
    ['POST', 'nope/cancel', 400, 'BGJ_INVALID_REQUEST'],
  ])('%s %s is %i', async (method, path, status, code) => {
    const at = path.startsWith('?') ? `${url}${path}` : `${url}/${path}`;
    const answer = await (method === 'GET' ? fetch(at) : post(path));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await answer.json()).toMatchObject({ status, code });
  });

  it.each(['(', '[', '(a+)+$', '.*'])('an id %j is 400, and no pattern, for who waits, too', async (id) => {
    const headers = { prefer: 'wait=1', 'if-none-match': `"${'a'.repeat(5_000)}` };
    expect((await fetch(`${url}/${encodeURIComponent(id)}`, { headers })).status).toBe(400);
  });

  it('a request that is larger than the type takes is 413, and one that is nested too deeply 400', async () => {
    const large = await post('count', { n: 1, text: 'x'.repeat(100) });
    expect([large.status, await large.json()]).toMatchObject([413, { code: 'BGJ_REQUEST_TOO_LARGE' }]);
    const deep = await post('wait', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`);
    expect([deep.status, await deep.json()]).toMatchObject([400, { code: 'BGJ_INVALID_REQUEST' }]);
  });

  it.each([[[]], ['"text"'], ['5']])('a body of %j is 400', async (body) => {
    expect((await post('count', body)).status).toBe(400);
  });

  it('works with its client, progress and errors included', async () => {
    const client = new JobsClient({ baseUrl: url });
    const job = await client.submit('count', { n: 12 });
    const percentages: number[] = [];
    const done = await client.waitForCompletion(job, {
      onProgress: ({ percentage }) => percentages.push(percentage),
    });
    expect(done.counts).toMatchObject({ total: 12, completed: 11, failed: 1 });
    expect(percentages.at(-1)).toBe(100);
    const waiting = await client.submit('wait', {});
    await expect(client.waitForCompletion(waiting, { timeout: 300 })).rejects.toMatchObject({
      code: 'JOB_TIMEOUT',
    });
    await client.cancel(waiting.id);
    await expect(client.waitForCompletion(waiting)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await expect(client.get('nope')).rejects.toMatchObject({ status: 400, code: 'BGJ_INVALID_REQUEST' });
  });
});

it('URLs are right for a type that begins like the path', async () => {
  @BackgroundJob('jobs-of-the-day')
  class OfTheDay {
    items() {
      return [];
    }
    async process() {
      // There are none.
    }
  }
  @Module({ providers: [OfTheDay], imports: [BackgroundJobsModule.forRoot({ http: { guard: yes } })] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const answer = await fetch(`${await app.getUrl()}/jobs/jobs-of-the-day`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { id, statusUrl } = (await answer.json()) as JobBody;
  expect(statusUrl).toBe(`/jobs/${id}`);
  await app.close();
});

it('Without a guard nothing is mounted', async () => {
  @Module({ imports: [BackgroundJobsModule.forRoot()] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  expect((await fetch(`${await app.getUrl()}/jobs`)).status).toBe(404);
  await app.close();
});
