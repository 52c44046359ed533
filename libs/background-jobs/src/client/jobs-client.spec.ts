import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JobBody } from '../http/bodies.js';
import { JobsClient, JobsProblemError, JobsUnreachableError, JobTimeoutError } from './index.js';

const BASE = 'https://api.example/jobs';
const ID = '019b76da-a800-77d4-b0dc-679e61d72fcc';

const job = (revision: number, changes: Partial<JobBody> = {}): JobBody => ({
  ...{ id: ID, type: 'prices', status: 'running', percentage: revision, request: {}, error: null, revision },
  counts: { total: 10, completed: revision, failed: 0, skipped: 0 },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
  ...{ startedAt: null, finishedAt: null, cancelRequested: false, durable: true },
  ...{ statusUrl: `/jobs/${ID}`, itemsUrl: `/jobs/${ID}/items`, eventsUrl: `/jobs/${ID}/events` },
  ...changes,
});
const over = (revision: number) => job(revision, { status: 'completed', percentage: 100 });
const ok = (body: unknown, status = 200) => Response.json(body, { status });
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ status, code, title: code, detail: `because of ${code}` }, { status, headers });
const event = (body: JobBody) => `event: job\nid: ${body.revision}\ndata: ${JSON.stringify(body)}\n\n`;

/** A stream of events, cut into pieces of a few bytes. */
function stream(text: string, size = 7, end: 'closes' | 'breaks' = 'closes'): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += size)));
      else if (end === 'breaks') controller.error(new TypeError('reset'));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

describe('JobsClient', () => {
  let sent: Sent[];
  let answers: (Response | Error | (() => Response | Promise<Response>))[];
  let client: JobsClient;

  beforeEach(() => {
    sent = [];
    answers = [];
    client = new JobsClient({
      baseUrl: `${BASE}//`,
      headers: () => ({ 'x-api-key': 'secret' }),
      maxDelay: 1,
      random: () => 0,
      fetch: async (input, init) => {
        sent.push({
          method: init?.method ?? 'GET',
          path: (input as string).slice(BASE.length),
          headers: new Headers(init?.headers),
          body: init?.body,
        });
        const answer = answers.shift();
        if (answer === undefined) throw new Error('not expected');
        init?.signal?.throwIfAborted();
        if (answer instanceof Error) throw answer;
        return typeof answer === 'function' ? answer() : answer;
      },
    });
  });

  const paths = () => sent.map(({ method, path }) => `${method} ${path}`);

  describe('submits', () => {
    it('as one job however often it is sent, with what the guard asks for', async () => {
      answers = [
        new TypeError('reset'),
        problem(503, 'BGJ_STORE'),
        problem(409, 'BGJ_KEY_IN_FLIGHT'),
        ok(job(1), 202),
      ];
      expect(await client.submit('a/b', { n: 1 })).toEqual(job(1));
      expect(paths()).toEqual(Array.from({ length: 4 }, () => 'POST /a%2Fb'));
      expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
      expect(sent[0]!.headers.get('x-api-key')).toBe('secret');
      expect(sent[0]!.headers.get('prefer')).toBe('respond-async');
      expect(sent[0]!.body).toBe('{"n":1}');
    });

    it.each([
      [400, 'BGJ_INVALID_REQUEST'],
      [401, 'HTTP_401'],
      [409, 'BGJ_JOB_ACTIVE'],
      [422, 'BGJ_KEY_REUSED'],
    ])('not again what was answered with %i %s', async (status, code) => {
      answers = [problem(status, code)];
      await expect(client.submit('prices', {})).rejects.toMatchObject({
        ...{ status, code, message: `${status}: because of ${code}` },
      });
    });

    it('as often as it may, and says so then', async () => {
      answers = Array.from({ length: 5 }, () => new TypeError('refused'));
      await expect(client.submit('prices', {})).rejects.toThrow(JobsUnreachableError);
      expect(sent).toHaveLength(5);
      answers = Array.from({ length: 5 }, () => problem(429, 'BGJ_QUEUE_FULL', { 'retry-after': '0' }));
      await expect(client.submit('prices', {})).rejects.toMatchObject({
        code: 'BGJ_QUEUE_FULL',
        retryAfter: 0,
      });
    });

    it('and knows an answer that is no problem', async () => {
      answers = [new Response('<html>no</html>', { status: 404 })];
      await expect(client.submit('prices', {})).rejects.toMatchObject({
        ...{ code: 'HTTP_404', message: '404: no reason given' },
      });
    });
  });

  it('waits as long as the server asks for, in seconds or up to a date', async () => {
    jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
    try {
      answers = [
        problem(503, 'BGJ_STORE', { 'retry-after': '7' }),
        problem(503, 'BGJ_STORE', { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }),
        ok(job(1)),
      ];
      const got = client.get(ID);
      await jest.advanceTimersByTimeAsync(6_999);
      expect(sent).toHaveLength(1);
      await jest.advanceTimersByTimeAsync(1);
      expect(sent).toHaveLength(2);
      await jest.advanceTimersByTimeAsync(2_999);
      expect(sent).toHaveLength(2);
      await jest.advanceTimersByTimeAsync(1);
      expect(await got).toEqual(job(1));
    } finally {
      jest.useRealTimers();
    }
  });

  it('asks for lists, items and acts', async () => {
    answers = [ok({ jobs: [], next: null }), ok({ items: [], next: null }), ok(job(2), 202), ok(job(3), 202)];
    await client.list({ type: 'prices', limit: 2 });
    await client.items(ID, { status: 'failed', cursor: '5' });
    await client.cancel(ID);
    await client.retryFailed(ID);
    expect(paths()).toEqual([
      'GET ?type=prices&limit=2',
      `GET /${ID}/items?status=failed&cursor=5`,
      `POST /${ID}/cancel`,
      `POST /${ID}/retry`,
    ]);
    answers = [problem(503, 'BGJ_STORE')];
    await expect(client.retryFailed(ID)).rejects.toThrow(JobsProblemError);
  });

  describe('follows a job', () => {
    async function follow() {
      const revisions: number[] = [];
      for await (const { revision } of client.progress(ID)) revisions.push(revision);
      return revisions;
    }

    it('by events, however they are cut, each once', async () => {
      const text = `: hello\nretry: 5\n\n${event(job(2))}${event(job(2))}${event(job(1))}event: other\ndata: {}\n\n${event(over(3))}`;
      answers = [ok(job(1)), stream(text.replaceAll('\n', '\r\n'), 3)];
      expect(await follow()).toEqual([1, 2, 3]);
      expect(sent[1]!.headers.get('last-event-id')).toBe('1');
      expect(sent[1]!.headers.get('accept')).toBe('text/event-stream');
    });

    it('by another stream when one breaks, from where it was', async () => {
      answers = [ok(job(1)), stream(event(job(2)), 50, 'breaks'), stream(event(over(3)))];
      expect(await follow()).toEqual([1, 2, 3]);
      expect(sent[2]!.headers.get('last-event-id')).toBe('2');
    });

    it('by long polls where no stream gets through', async () => {
      answers = [
        ok(job(1)),
        problem(503, 'HTTP_503'),
        () => new Response(null, { status: 304 }),
        ok(job(2)),
        ok(over(3)),
      ];
      expect(await follow()).toEqual([1, 2, 3]);
      expect(paths().slice(2)).toEqual([`GET /${ID}`, `GET /${ID}`, `GET /${ID}`]);
      expect(sent[2]!.headers.get('prefer')).toBe('wait=20');
      expect(sent[2]!.headers.get('if-none-match')).toBe(`"${ID}-1"`);
    });

    it('and asks once where it is over already', async () => {
      answers = [ok(over(3))];
      expect(await follow()).toEqual([3]);
      expect(sent).toHaveLength(1);
    });
  });

  describe('waits for the end', () => {
    it('and tells of every step', async () => {
      answers = [ok(job(1)), stream(event(job(5)) + event(over(9)))];
      const seen: number[] = [];
      const done = await client.waitForCompletion(job(1), {
        onProgress: ({ revision }) => seen.push(revision),
      });
      expect(done).toEqual(over(9));
      expect(seen).toEqual([1, 5, 9]);
    });

    it.each([
      ['failed', 'JOB_FAILED', 'failed: too many'],
      ['cancelled', 'JOB_CANCELLED', 'was cancelled'],
    ] as const)('of a job that %s with an error', async (status, code, message) => {
      const error = { type: 'about:blank', title: 'x', status: 500, detail: 'too many', code: 'X' };
      answers = [ok(job(4, { status, error }))];
      await expect(client.waitForCompletion(ID)).rejects.toMatchObject({
        ...{ code, message: expect.stringContaining(message), job: { revision: 4 } },
      });
    });

    it('no longer than it is told to, and leaves the job alone', async () => {
      const { signal } = new AbortController();
      client = new JobsClient({
        baseUrl: BASE,
        fetch: async (input, init) => {
          if (!(input as string).endsWith('/events')) return ok(job(1));
          return new Promise((_resolve, reject) => {
            init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
          });
        },
      });
      await expect(client.waitForCompletion(ID, { timeout: 20, signal })).rejects.toThrow(JobTimeoutError);
    });

    it('until its caller does not care any more', async () => {
      const abort = new AbortController();
      answers = [
        ok(job(1)),
        () => {
          abort.abort(new Error('gone home'));
          throw new TypeError('aborted');
        },
      ];
      await expect(client.waitForCompletion(ID, { signal: abort.signal })).rejects.toThrow('gone home');
      expect(sent).toHaveLength(2);
    });
  });
});
