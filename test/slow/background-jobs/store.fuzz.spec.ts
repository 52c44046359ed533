import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { BackgroundJob, BackgroundJobsModule } from 'nestjs-background-jobs';
import type { JobBody, JobsBody } from 'nestjs-background-jobs/client';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const STEM = '{background-jobs}';
/** Its keys are of BullMQ. */
const QUEUE = `${STEM}:queue:`;

/** By a name, so that a report of what failed can be read. */
const LARGE = new Map([
  ['<deep>', '['.repeat(100_000)],
  ['<deep object>', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ['<long>', 'x'.repeat(2_000_000)],
]);

/** Another type, size, depth, number or version, or the half of it. */
const junk = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    'x',
    '-1',
    '1.5',
    'NaN',
    '1e999',
    '9'.repeat(30),
    '8640000000000001',
    '2',
    'running',
  ),
  fc.constantFrom('{', '[]', 'null', '{"status":"done"}', '{"status":"failed","at":1e30}', '{"version":99}'),
  fc.constantFrom(...LARGE.keys()),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.json({ maxDepth: 3 }),
);

/** What is done to one key; `pick` chooses among what it has. */
interface Mutation {
  readonly how: 'retype' | 'delete' | 'write' | 'remove' | 'cut' | 'publish';
  readonly type: 'string' | 'list' | 'hash' | 'set' | 'zset';
  readonly value: string;
  readonly pick: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  how: fc.constantFrom('retype', 'delete', 'write', 'write', 'write', 'remove', 'cut', 'cut', 'publish'),
  type: fc.constantFrom('string', 'list', 'hash', 'set', 'zset'),
  value: junk,
  pick: fc.nat(),
});

describe('Jobs in Redis, whatever somebody writes over them,', () => {
  let server: RedisServer;
  let operator: Redis;
  let app: INestApplication;
  let url: string;
  const lines: string[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    operator = new Redis(server.url);

    @BackgroundJob('steps', { concurrency: 3, retries: { attempts: 1 }, maxPending: 1_000_000 })
    class Steps {
      items({ n }: { readonly n: number }) {
        return Array.from({ length: n }, (_, i) => ({ id: i }));
      }
      async process({ id }: { readonly id: number }) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (id % 3 === 0) throw new Error('every third');
      }
    }

    @Module({
      providers: [Steps],
      imports: [
        BackgroundJobsModule.forRoot({ redis: server.url, http: { guard: { canActivate: () => true } } }),
      ],
    })
    class AppModule {}

    const note = (line: unknown) => void lines.push(String(line));
    app = await NestFactory.create(AppModule, {
      logger: { log: note, warn: note, error: note, debug: () => undefined, verbose: () => undefined },
    });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/jobs`;
  });

  afterAll(async () => {
    await app.close();
    operator.disconnect();
    await server.stop();
  });

  const submit = async () => {
    const answer = await fetch(`${url}/steps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ n: 12 }),
    });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as JobBody).id;
  };

  async function mutate({ how, type, value: text, pick }: Mutation): Promise<void> {
    const value = LARGE.get(text) ?? text;
    const keys = (await operator.keys(`${STEM}:*`)).filter((name) => !name.startsWith(QUEUE)).sort();
    const key = keys[pick % keys.length];
    if (key === undefined || how === 'publish')
      return void (await operator.publish(`${STEM}:notices`, value));
    if (how === 'delete') return void (await operator.del(key));
    const is = await operator.type(key);
    if (how === 'retype') await operator.del(key);
    const done = how === 'retype' ? write(key, type, value, value) : change(key, is, how, value, pick);
    // The app may have made another of it meanwhile.
    await done.catch((error: Error) =>
      expect(error.message).toMatch(/WRONGTYPE|no such key|index out of range/),
    );
  }

  async function write(key: string, type: string, name: string, value: string): Promise<void> {
    if (type === 'string') await operator.set(key, value);
    else if (type === 'list') await operator.rpush(key, value);
    else if (type === 'hash') await operator.hset(key, name, value);
    else if (type === 'set') await operator.sadd(key, value);
    else await operator.zadd(key, String(name.length), value);
  }

  async function change(
    key: string,
    is: string,
    how: Mutation['how'],
    value: string,
    pick: number,
  ): Promise<void> {
    const chosen = <Entry>(entries: readonly Entry[]) => entries[pick % entries.length]!;
    if (is === 'hash') {
      const name = chosen(await operator.hkeys(key));
      if (how === 'remove') await operator.hdel(key, name);
      else if (how === 'write') await operator.hset(key, name, value);
      else await operator.hset(key, name, ((await operator.hget(key, name)) ?? '').slice(0, -1));
    } else if (is === 'list') {
      if (how === 'remove') await operator.ltrim(key, 1, -1);
      else if (how === 'write') await operator.lset(key, 0, value);
      else await operator.rpush(key, value);
    } else if (is === 'string') {
      if (how === 'remove') await operator.set(key, '');
      else await operator.setrange(key, pick % 100, value);
    } else if (is === 'zset') {
      if (how === 'remove') await operator.zremrangebyrank(key, 0, 0);
      else await operator.zadd(key, how === 'write' ? '0' : value.length, value);
    } else await write(key, is, value, value);
  }

  it('costs what was written over, names it, and stops nothing else', async () => {
    const cut = new AbortController();
    const watched = await submit();
    // A stream, whatever comes of its job.
    const stream = fetch(`${url}/${watched}/events`, { signal: cut.signal }).then((answer) => answer.text());
    const ended = stream.catch(() => undefined);
    const named = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 10, maxLength: 10 }), async (mutations) => {
        const ids = [watched, await submit()];
        for (const each of mutations) {
          await mutate(each);
          const list = await fetch(`${url}?limit=20`);
          expect(list.status).toBe(200);
          const { jobs } = (await list.json()) as JobsBody;
          for (const { id, unreadable } of jobs) if (unreadable) named.add(id);
          const id = ids[each.pick % 2]!;
          expect([200, 404, 410]).toContain((await fetch(`${url}/${id}`)).status);
          for (const query of ['', '?status=failed&limit=1'])
            expect([200, 404, 410]).toContain((await fetch(`${url}/${id}/items${query}`)).status);
        }
        const act = mutations[0]!.pick % 2 ? 'cancel' : 'retry';
        const { status } = await fetch(`${url}/${ids[1]}/${act}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        });
        expect([200, 202, 404, 409, 410]).toContain(status);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    for (const id of named) expect(lines.some((line) => line.includes(id))).toBe(true);
    const sound = await submit();
    await until(async () => (await (await fetch(`${url}/${sound}`)).json()) as JobBody, {
      what: 'a job that nobody touched to complete',
      satisfies: ({ status }) => status === 'completed',
      timeout: 30_000,
    });
    cut.abort();
    await ended;
  }, 120_000);
});
