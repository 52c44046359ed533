import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobBody } from 'nestjs-background-jobs';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { S3Server } from '../support/s3-server.js';
import { Host, makeFolder } from './host/host.js';

/** 8 days at a time, each 60 ms: what may end within the tenth of a second that the file of jobs is behind, and what runs then. */
const MOST_UNRECORDED = 3 * 8;

const year = { root: 'AAPL', startDate: '2024-01-01', endDate: '2024-12-31' };
const week = { root: 'MSFT', startDate: '2024-07-01', endDate: '2024-07-07' };
const SESSIONS = 252;

afterAll(cleanUpAll);

const files = async (folder: string) =>
  (await readdir(join(folder, '.data/options'), { recursive: true })).filter((name) =>
    name.endsWith('.parquet'),
  );

describe('A host alone', () => {
  let folder: string;
  let host: Host;
  let first: JobBody;

  beforeAll(async () => {
    folder = await makeFolder();
    host = await Host.start({ folder });
  }, 40_000);

  it('accepts a year at once, and stores a chain for every trading day', async () => {
    const { status, headers, body } = await host.ask('/historical/option', { body: year });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/jobs/${body.id}`);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body).toMatchObject({ type: 'historical-option', statusUrl: expect.stringContaining(body.id) });

    first = await host.waitForEnd(body);
    expect(first).toMatchObject({
      status: 'completed',
      percentage: 100,
      counts: { total: SESSIONS, completed: SESSIONS, failed: 0, skipped: 0 },
    });
    expect(await files(folder)).toHaveLength(SESSIONS);
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, '.data/options/AAPL/2024/2024-12-31.parquet')),
    });
    expect(rows).toHaveLength(252);
    expect(rows[0]).toMatchObject({ root: 'AAPL', day: new Date('2024-12-31'), right: 'call' });
  });

  it('skips what is there when it is asked again', async () => {
    const { body } = await host.ask('/historical/option', { body: year });
    expect(body.id).not.toBe(first.id);
    expect((await host.waitForEnd(body)).counts).toEqual({
      total: SESSIONS,
      completed: 0,
      failed: 0,
      skipped: SESSIONS,
    });
  });

  it('fetches it anew when that is asked for', async () => {
    const path = join(folder, '.data/options/AAPL/2024/2024-07-03.parquet');
    const before = await stat(path);
    const { body } = await host.ask('/historical/option', {
      body: { ...week, root: 'AAPL', forceRefresh: true },
    });
    expect((await host.waitForEnd(body)).counts).toMatchObject({ total: 4, completed: 4, skipped: 0 });
    const after = await stat(path);
    expect(after.ino === before.ino && after.mtimeMs === before.mtimeMs).toBe(false);
    expect(after.size).toBe(before.size);
  });

  it('counts days of which the source has nothing as done', async () => {
    const { body } = await host.ask('/historical/option', {
      body: { root: 'GOOG', startDate: '2004-08-23', endDate: '2004-08-27' },
    });
    expect(await host.waitForEnd(body)).toMatchObject({
      status: 'completed',
      counts: { total: 5, completed: 5 },
    });
    expect((await files(folder)).filter((name) => name.startsWith('GOOG'))).toEqual([
      'GOOG/2004/2004-08-27.parquet',
    ]);
  });

  it.each([
    ['dates that are none', { ...year, startDate: '2024-02-30' }, 'startDate: expected a day'],
    ['an unknown symbol', { ...year, root: '../../etc' }, 'root: expected AAPL'],
    ['an end before the start', { ...year, endDate: '2023-01-01' }, 'endDate: expected'],
    ['an unknown field', { ...year, storage: '/etc' }, 'storage'],
    ['an empty body', {}, 'root: expected'],
    ['a list', [], 'expected'],
    ['no JSON', '{', ''],
  ])('answers %s with a problem', async (_, body, detail) => {
    for (const path of ['/historical/option', '/jobs/historical-option']) {
      const answer = await host.ask<{ status: number; detail: string }>(path, { body });
      expect(answer).toMatchObject({ status: 400, body: { status: 400 } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.stringify(answer.body)).toContain(detail);
    }
  });

  it('lets nobody in without the key', async () => {
    const requests = [
      { path: '/historical/option', body: year },
      { path: `/jobs/${first.id}` },
      { path: '/jobs' },
    ];
    for (const { path, body } of requests) {
      const answer = await host.ask(path, { body, key: 'guess' });
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('answers a request that is sent twice with one key with one job', async () => {
    const twice = { body: week, headers: { 'idempotency-key': 'week-27' } };
    const { body } = await host.ask('/historical/option', twice);
    await host.waitForEnd(body);
    expect(await host.ask('/historical/option', twice)).toMatchObject({ status: 202, body: { id: body.id } });
    const other = { ...twice, body: { ...week, root: 'IBM' } };
    expect(await host.ask('/historical/option', other)).toMatchObject({ status: 422 });
  });

  it('goes on where it was when it is killed and started again, and still knows what is over', async () => {
    await host.process.stop();
    host = await Host.start({ folder, env: { OPTIONS_DELAY: '60' } });
    const { body } = await host.ask('/historical/option', { body: { ...year, root: 'IBM' } });
    await host.waitFor(body, 'a third of the year', ({ counts }) => counts.completed >= 84);
    await host.process.kill();

    host = await Host.start({ folder });
    expect(await host.ask(`/jobs/${first.id}`)).toMatchObject({
      status: 200,
      body: { counts: first.counts },
    });
    const { status, counts } = await host.waitForEnd(body);
    expect({ status, total: counts.total, failed: counts.failed }).toEqual({
      status: 'completed',
      total: SESSIONS,
      failed: 0,
    });
    expect(counts.completed + counts.skipped).toBe(SESSIONS);
    // Stored, but not in the ledger yet when the kill came: found in the storage, and not fetched again.
    console.log(`${counts.skipped} of ${SESSIONS} days were stored, but not in the ledger, at kill -9`);
    expect(counts.skipped).toBeLessThanOrEqual(MOST_UNRECORDED);
    expect((await files(folder)).filter((name) => name.startsWith('IBM'))).toHaveLength(SESSIONS);
  }, 60_000);
});

describe('Two replicas on one Redis and one bucket', () => {
  it('share jobs and what they store', async () => {
    const [redis, s3] = await Promise.all([RedisServer.start(), S3Server.start()]);
    const env = {
      REDIS_URL: redis.url,
      OPTIONS_STORAGE: 's3://options/daily',
      OPTIONS_FORMAT: 'jsonl',
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      ...s3.credentials,
    };
    const [a, b] = await Promise.all(
      [await makeFolder(), await makeFolder()].map((folder) => Host.start({ folder, env })),
    );
    const { body } = await a!.ask('/historical/option', { body: week });
    expect(await b!.waitForEnd(body)).toMatchObject({
      status: 'completed',
      counts: { total: 4, completed: 4 },
    });
    expect(await s3.keys('options')).toEqual(
      ['01', '02', '03', '05'].map((day) => `daily/MSFT/2024/2024-07-${day}.jsonl`),
    );
  }, 60_000);
});
