import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { BackgroundJob, BackgroundJobsModule, UnreadBodyFilter } from 'nestjs-background-jobs';
import type { ItemsBody, JobBody, JobsBody } from 'nestjs-background-jobs/client';
import { RedisServer } from '../../support/redis-server.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly body?: string | Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection is one that others have used. */
  readonly reuse?: boolean;
}

const UNKNOWN_ID = 'ffffffff-ffff-7fff-8fff-ffffffffffff';
const MB = 1_024 ** 2;
/** No answer may cost the process more than this, ms. */
const LONGEST = 100;

const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '*',
    '-1',
    '0',
    'null',
    '{}',
    '}',
    ']]',
    '%s',
    '\u2028',
    '\0',
    '漢字😀',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '<img src=x onerror=alert(1)>',
    '\r\nset-cookie: a=b',
  ),
  fc.constantFrom('x'.repeat(511), 'x'.repeat(512), 'x'.repeat(513), 'x'.repeat(5_000)),
  fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !/\p{Surrogate}/u.test(text)),
);

/** Texts that are long to read for a pattern that backtracks, and patterns, in case a text is taken for one. */
const slowText = fc.oneof(
  fc.constantFrom(
    '(',
    '[',
    '*',
    '.*',
    '(a+)+$',
    '(a|a)*b',
    '(?:(?:a+)+)+!',
    '"',
    '(.*){9}-',
    '\\d+',
    '{1,9}',
    '|',
  ),
  fc
    .tuple(
      fc.constantFrom('a', ' ', '"a', '",', 'wait', 'wait=', ', wait=', '"-1",', 'W/', '=', ';'),
      fc.nat(1_500),
    )
    .map(([text, times]) => text.repeat(times).slice(0, 6_000)),
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
);

describe.each(['in memory', 'on Redis'])('The jobs API %s, whatever it is sent,', (where) => {
  let app: INestApplication;
  let server: RedisServer | undefined;
  let url: string;
  const agent = new Agent({ keepAlive: true });
  /** Ids of what was answered with 202. */
  const accepted = new Set<string>();

  beforeAll(async () => {
    if (where === 'on Redis') server = await RedisServer.start();

    @BackgroundJob('list', { concurrency: 10, retries: { attempts: 1 } })
    class List {
      items({ keys }: { readonly keys: Iterable<unknown> }) {
        return keys;
      }
      process() {
        return Promise.resolve();
      }
    }

    @Module({
      providers: [List, { provide: APP_FILTER, useClass: UnreadBodyFilter }],
      imports: [
        BackgroundJobsModule.forRoot({
          ...(server ? { redis: server.url } : {}),
          http: { guard: { canActivate: () => true } },
        }),
      ],
    })
    class AppModule {}

    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/jobs`;
  });

  afterAll(async () => {
    agent.destroy();
    await app.close();
    await server?.stop();
  });

  /** Not `fetch`, which mends a path before it is sent. */
  function send(
    path: string,
    { method = 'GET', body, headers = {}, reuse = false }: Sent = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port, pathname } = new URL(url);
      const sent = request({ hostname, port, path: pathname + path, method, headers, agent: reuse && agent });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const answer = { status: response.statusCode ?? 0, headers: response.headers, text };
          if (answer.status === 202) accepted.add((JSON.parse(text) as JobBody).id);
          resolve(answer);
        });
      });
      sent.end(body);
    });
  }

  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    send(path, {
      method: 'POST',
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const ask = async <Body>(path: string, headers: Readonly<Record<string, string>> = {}) =>
    JSON.parse((await send(path, { headers })).text) as Body;

  /** Refused with a problem that says so, by a client's fault and never by ours. */
  function expectProblem(answer: Answer): void {
    expect([400, 404, 410, 413, 415, 422]).toContain(answer.status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status, title: expect.any(String) });
  }

  it('has a problem for every id that is none', async () => {
    const actions = ['', '/items', '/events'];
    await fc.assert(
      fc.asyncProperty(hostileText, fc.constantFrom(...actions), async (text, action) => {
        const id = encodeURIComponent(text);
        // An empty segment is the list, and dots are another path.
        fc.pre(!['', '.', '..'].includes(id));
        expectProblem(await send(`/${id}${action}`));
      }),
      { numRuns: 60 },
    );
    for (const action of actions) expectProblem(await send(`/${UNKNOWN_ID}${action}`));
  });

  it('knows no job by the UUID of another version, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.constantFrom('', '/items', '/events'), async (id, action) => {
        const { status } = await send(`/${id}${action}`);
        // One of version 7 may be older than what is kept.
        expect(id[14] === '7' ? [404, 410] : [404]).toContain(status);
      }),
      { numRuns: 100 },
    );
    expectProblem(await send('/00000000-0000-0000-0000-000000000000'));
  });

  it('answers 10,000 pairs of path and headers at once, and never by a fault of its own', async () => {
    const made = await post('/list', { keys: ['a'] });
    const { id } = JSON.parse(made.text) as JobBody;
    await send(`/${id}`, { headers: { prefer: 'wait=20' } });
    const path = fc
      .tuple(
        fc.oneof(
          slowText,
          hostileText,
          fc.constantFrom(id, id.toUpperCase(), UNKNOWN_ID, `${id}(`),
          fc.uuid(),
        ),
        fc.constantFrom('', '/items', '/events', '/items?status=failed', '/items?cursor=0'),
      )
      .map(([name, rest]) => `/${encodeURIComponent(name)}${rest}`);
    const value = fc.oneof(
      slowText,
      fc.constantFrom('wait=0', 'wait=20', 'respond-async', '*', `"${id}-1"`, `W/"${id}-9"`, '999'),
    );
    const headers = fc.dictionary(
      fc.constantFrom('prefer', 'if-none-match', 'last-event-id', 'accept', 'idempotency-key'),
      value.map((text) => text.replace(/[^\x20-\x7e]/g, '?')),
      { maxKeys: 2 },
    );
    const pairs = fc.array(fc.tuple(path, headers), { minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(pairs, async (ten) => {
        for (const [to, sent] of ten) {
          const work = async () => {
            const before = process.cpuUsage();
            const { status } = await send(to, { headers: sent, reuse: true });
            expect(status).toBeLessThan(500);
            // What the process worked, not how long others kept the processor.
            const { user, system } = process.cpuUsage(before);
            return (user + system) / 1_000;
          };
          // Work that a request makes comes again with it; the garbage collector does not.
          if ((await work()) >= LONGEST) expect(Math.min(await work(), await work())).toBeLessThan(LONGEST);
        }
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it.each([
    '/%E0%A4%A',
    '/%',
    '/%00',
    '/%2e%2e%2f',
    '//',
    '/a/b/c/d',
    '/?status=%',
    '/?limit[]=1&limit[a]=2',
  ])('has an answer to the path %j', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
      expect((await send(path, { method })).status).toBeLessThan(500);
  });

  it('has a problem for every type that is none, and for every act on a job that is none', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, fc.constantFrom('', '/cancel', '/retry'), async (text, action) => {
        const name = encodeURIComponent(text);
        fc.pre(!['', '.', '..', 'list'].includes(name));
        expectProblem(await post(`/${name}${action}`, {}));
      }),
      { numRuns: 60 },
    );
  });

  it('has a problem for every query that makes no sense', async () => {
    const names = fc.constantFrom('limit', 'status', 'cursor');
    await fc.assert(
      fc.asyncProperty(names, hostileText, async (name, text) => {
        const answer = await send(`?${new URLSearchParams({ [name]: text }).toString()}`);
        if (answer.status !== 200) expectProblem(answer);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, string | Buffer, Record<string, string>, readonly number[]]>([
    ['10 MB of JSON', JSON.stringify({ keys: ['x'.repeat(10 * MB)] }), {}, [413]],
    [
      '10 MB of something',
      Buffer.alloc(10 * MB, 0xff),
      { 'content-type': 'application/octet-stream' },
      [415],
    ],
    ['half of a document', '{"keys":["a"', {}, [400]],
    ['no document', '', {}, [202, 400]],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x7b]), {}, [400]],
    ['a text', '{"keys":[]}', { 'content-type': 'text/plain' }, [400, 415]],
    ['a form', 'keys=a&keys=b', { 'content-type': 'application/x-www-form-urlencoded' }, [415]],
    ['an unknown charset', '{}', { 'content-type': 'application/json; charset=klingon' }, [415]],
    ['an unknown encoding', '{}', { 'content-encoding': 'zip' }, [415]],
    ['what is no gzip', '{}', { 'content-encoding': 'gzip' }, [400]],
    ['a list', '[]', {}, [400]],
    ['null', 'null', {}, [400]],
    ['100,000 lists in each other', '['.repeat(50_000) + ']'.repeat(50_000), {}, [400]],
    ['an object nested deeply', `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`, {}, [202, 400]],
    ['a prototype', '{"__proto__":{"keys":["a"]},"constructor":{"prototype":{}}}', {}, [202, 400]],
  ])('has an answer to %s as a body', async (_what, body, headers, statuses) => {
    const before = accepted.size;
    const answer = await post('/list', body, headers);
    expect(statuses).toContain(answer.status);
    if (answer.status !== 202) {
      expectProblem(answer);
      expect(accepted.size).toBe(before);
    }
  });

  it.each(['', ' ', '""', 'a'.repeat(256), 'é', '\t'])(
    'has an answer to the idempotency key %j',
    async (key) => {
      const answer = await post('/list', { keys: [] }, { 'idempotency-key': key });
      if (answer.status !== 202) expectProblem(answer);
    },
  );

  it('ends a job of any items: each has its outcome, or the job says why there are none', async () => {
    const item = fc.oneof(hostileText, fc.jsonValue({ maxDepth: 2 }), fc.record({ key: hostileText }));
    const list = fc.oneof(fc.uniqueArray(item, { maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }));
    await fc.assert(
      fc.asyncProperty(list, async (keys) => {
        const answer = await post('/list', { keys });
        expect(answer.status).toBe(202);
        const { id } = JSON.parse(answer.text) as JobBody;
        const job = await ask<JobBody>(`/${id}`, { prefer: 'wait=20' });
        const { items } = await ask<ItemsBody>(`/${id}/items`);
        if (job.status === 'failed') {
          expect(job.error).toMatchObject({ title: expect.any(String), detail: expect.any(String) });
          expect(items).toEqual([]);
          return;
        }
        expect(job).toMatchObject({ status: 'completed', percentage: 100 });
        expect(items).toHaveLength(job.counts.total!);
        expect(items.every(({ status }) => status === 'done')).toBe(true);
        const names = items.map(({ key }) => key);
        for (const each of Array.isArray(keys) ? keys : [])
          if (typeof each === 'string') expect(names).toContain(each);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('is one job, however often the same is sent at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post('/list', { keys: ['a'] }, { 'idempotency-key': 'same' })),
    );
    const taken = answers.filter(({ status }) => status === 202);
    expect(new Set(taken.map(({ text }) => (JSON.parse(text) as JobBody).id)).size).toBe(1);
    for (const { status, text } of answers.filter((answer) => !taken.includes(answer)))
      expect([status, JSON.parse(text)]).toMatchObject([409, { code: 'BGJ_KEY_IN_FLIGHT' }]);
  });

  it('leaves nothing half-made behind: what was accepted is there, and over, and nothing else', async () => {
    const found: JobBody[] = [];
    let cursor: string | null = null;
    do {
      const page: JobsBody = await ask(`?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`);
      found.push(...page.jobs);
      cursor = page.next;
    } while (cursor !== null);
    expect(new Set(found.map(({ id }) => id))).toEqual(accepted);
    expect(found.filter(({ status }) => !['completed', 'failed'].includes(status))).toEqual([]);
    if (!server) return;
    const redis = new Redis(server.url);
    const keys = await redis.keys('*:job:*');
    redis.disconnect();
    expect(keys).toHaveLength(accepted.size);
  });
});
