import { resolve } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { SeededRandom } from '../chaos/seeded-random.js';
import { startProcess } from '../support/processes.js';
import type { Answers } from './answers.js';
import { DAYS, WORKERS } from './replica/settings.js';

/** A request that takes longer is given up, ms. */
const PATIENCE = 30_000;
const CLI = resolve('libs/background-services/dist/cli/main.js');

/** A monitor is told 0 or 1; 3 and 4 say that the store does not answer, or an act was not done. Anything else is a crash. */
const EXIT_CODES: readonly unknown[] = [0, 1, 3, 4];

export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks once, and takes down what came. Returns the answer's text. */
export async function ask(
  answers: Answers,
  url: string,
  what: string,
  { method = 'GET', headers = {}, body }: Request = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(PATIENCE),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status } = response;
    answers.take(what, status, performance.now() - startedAt);
    const type = response.headers.get('content-type') ?? '';
    if (status === 500 || status === 502) answers.fault(`${what} ${status}`, text);
    else if (status > 500 && !/json/.test(type)) answers.fault(`${what} ${status} ${type}`, text);
    return { status, text };
  } catch (error) {
    answers.take(what, 'none', performance.now() - startedAt);
    answers.fault(`${what} none`, inspect(error, { depth: 3 }));
    return { status: 0, text: '' };
  }
}

/** Who looks at a fleet, and works with it, until the signal aborts. */
export function watch(
  urls: readonly string[],
  redis: string,
  answers: Answers,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<unknown> {
  const ids: string[] = [];
  return Promise.all([
    ...urls.flatMap((url) => [
      follow(`${url}/background/api/stream`, 'fleet stream', answers, signal),
      look(url, ids, answers, random, signal),
      act(url, ids, answers, random, signal),
    ]),
    monitor(redis, answers, signal),
  ]);
}

/** Reads a stream of events, and opens it again when it ends. */
async function follow(url: string, what: string, answers: Answers, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await streamOnce(url, what, answers, signal);
    await pause(1_000, signal);
  }
}

async function streamOnce(url: string, what: string, answers: Answers, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    const response = await fetch(url, { signal, headers: { accept: 'text/event-stream' } });
    answers.take(what, response.status, performance.now() - startedAt);
    if (response.status === 500) answers.fault(what, await response.text());
    await response.body?.pipeTo(new WritableStream(), { signal });
  } catch (error) {
    if (!signal.aborted) answers.take(what, `cut off (${String((error as Error).message)})`, 0);
  }
}

/** Pages and monitors. */
async function look(
  url: string,
  ids: readonly string[],
  answers: Answers,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> {
  const pages = [
    ...['/health/background', '/health/background?detail=full', '/health/ready', '/health/live'],
    ...['/background', '/background/api/fleet', '/background/api/audit', '/background/api/leases/stale'],
    ...[
      '/background/api/access',
      '/background/api/jobs',
      '/jobs',
      '/jobs?limit=200',
      '/jobs?type=price-history',
    ],
    ...['/jobs?state=failed', '/jobs?state=running&state=pending'],
    ...WORKERS.map((name) => `/background/api/workers/${name}`),
  ];
  while (!signal.aborted) {
    for (const page of pages) await ask(answers, `${url}${page}`, page);
    // The latest ones are running.
    for (const id of new Set([ids.at(-1), ids.at(-3), random.pick(ids.length > 0 ? ids : [''])])) {
      if (!id) continue;
      await ask(answers, `${url}/jobs/${id}`, '/jobs/:id');
      await ask(answers, `${url}/jobs/${id}`, '/jobs/:id, waiting', { headers: { prefer: 'wait=1' } });
      for (const query of ['', '?status=failed', '?status=pending&limit=1000', '?status=done&limit=7'])
        await ask(answers, `${url}/jobs/${id}/items${query}`, `/jobs/:id/items${query}`);
      await ask(answers, `${url}/background/api/jobs/${id}/failed`, '/background/api/jobs/:id/failed');
      const most = AbortSignal.any([signal, AbortSignal.timeout(500)]);
      await streamOnce(`${url}/jobs/${id}/events`, '/jobs/:id/events', answers, most);
    }
    await pause(200, signal);
  }
}

/** Clients that submit jobs, cancel some and retry others; and an operator. */
async function act(
  url: string,
  ids: string[],
  answers: Answers,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> {
  const post = (path: string, what: string, request: Request = {}) =>
    ask(answers, `${url}${path}`, `POST ${what}`, { method: 'POST', ...request });
  const reason = { by: 'ada', why: 'a storm' };
  for (let round = 0; !signal.aborted; round += 1) {
    const isHistory = random.next() < 0.6;
    const { status, text } = await post(
      isHistory ? '/jobs/price-history' : '/jobs/statements',
      isHistory ? '/jobs/price-history' : '/jobs/statements',
      {
        headers: random.next() < 0.5 ? { 'idempotency-key': `"key-${Math.floor(random.next() * 30)}"` } : {},
        body: isHistory ? { days: DAYS } : { accounts: ['A1', 'B2', 'C3'] },
      },
    );
    if (status === 202) ids.push((JSON.parse(text) as { id: string }).id);
    if (ids.length > 0 && random.next() < 0.3)
      await post(`/jobs/${random.pick(ids)}/cancel`, '/jobs/:id/cancel', { body: {} });
    if (ids.length > 0 && random.next() < 0.3)
      await post(`/jobs/${random.pick(ids)}/retry`, '/jobs/:id/retry', { body: {} });
    if (round % 10 === 5) {
      const worker = random.pick(WORKERS);
      const api = `/background/api/workers/${worker}`;
      for (const order of ['trigger', 'pause', 'resume', 'reset-breaker'])
        await post(`${api}/${order}`, `/background/api/workers/:name/${order}`, { body: reason });
    }
    await pause(500, signal);
  }
}

/** The command line, as a monitor asks it. */
async function monitor(redis: string, answers: Answers, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await check(redis, answers);
    await pause(2_000, signal);
  }
}

/** `status --check`, once. Returns the code that it ended with, and what it wrote. */
export async function check(
  redis: string,
  answers: Answers,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const startedAt = performance.now();
  const started = await startProcess(process.execPath, [CLI, 'status', '--check'], {
    env: { REDIS_URL: redis, NO_COLOR: '1' },
    mayFail: true,
  });
  const { code, signal } = await started.exited;
  answers.take('status --check', signal ?? `code ${code}`, performance.now() - startedAt);
  if (!EXIT_CODES.includes(code)) answers.fault(`status --check ${signal ?? code}`, started.output);
  return { code, output: started.output };
}

async function pause(duration: number, signal: AbortSignal): Promise<void> {
  await pass(duration, undefined, { signal }).catch(() => 'ended');
}
