import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { resolve } from 'node:path';
import type { JobBody } from 'nestjs-background-jobs';
import { cleanUpAll, onCleanUp, startProcess, type StartedProcess, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { ALLOWED, type JobsReplicaEvent, type JobsReplicaSettings } from './background-jobs/settings.js';

/** Two steps for each kill, and some more. */
const ITEMS = 450;
/** How many items the job is let go on by. It must not end while replicas boot in the place of those that were killed, however long that takes. */
const STEP = 40;
const CONCURRENCY = 5;
const KILLS = 5;
/** Within which somebody goes on, with the options as they are shipped. */
const RELIEF = 10_000;

afterEach(cleanUpAll);

interface Replica {
  readonly process: StartedProcess;
  /** `undefined`: it is booting. */
  url: string | undefined;
  readonly began: string[];
  readonly left: string[];
}

/** Starts one, which joins the others at once: it may go on with a job before it has told us where it listens. */
async function startReplica(settings: JobsReplicaSettings, replicas: Replica[]): Promise<void> {
  const began: string[] = [];
  const left: string[] = [];
  const program = [
    '--import',
    resolve('test/support/typescript.mjs'),
    resolve('test/e2e/background-jobs/main.ts'),
  ];
  const process = await startProcess(globalThis.process.execPath, program, {
    env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' },
    onLine: ({ stream, text }) => {
      if (stream !== 'stdout' || !text.startsWith('{')) return;
      const event = JSON.parse(text) as JobsReplicaEvent;
      if (event.event !== 'up') ({ began, left })[event.event].push(event.item);
    },
  });
  const replica: Replica = { process, url: undefined, began, left };
  replicas.push(replica);
  const [line] = await process.waitForLine(/^\{"event":"up".*/, 60_000);
  replica.url = (JSON.parse(line) as Extract<JobsReplicaEvent, { event: 'up' }>).url;
}

it('A job outlives five kill -9 of whoever runs it', async () => {
  const redis = await RedisServer.start();
  const client = new Redis(redis.url);
  onCleanUp(() => void client.disconnect());
  const settings = { redis: redis.url, concurrency: CONCURRENCY, itemTime: 200 };
  const replicas: Replica[] = [];
  await Promise.all([1, 2, 3].map(() => startReplica(settings, replicas)));
  const alive = () => replicas.filter(({ process, url }) => url !== undefined && !process.hasExited);

  const answer = await fetch(`${alive()[0]!.url}/copy`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: ITEMS }),
  });
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as JobBody;
  /** Asked of another one than it was given to, as a load balancer may do it. */
  const job = async () => (await (await fetch(`${alive().at(-1)!.url}/${id}`)).json()) as JobBody;

  const relief: number[] = [];
  const repeated: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const leftSoFar = () => new Set(replicas.flatMap(({ left }) => left)).size;
    const before = leftSoFar();
    await client.set(ALLOWED, before + STEP);
    await until(() => leftSoFar() >= before + 20, { what: 'twenty more items' });
    // Between two items it is nobody, for as long as its lines take.
    const runner = await until(
      () => replicas.find(({ process, began, left }) => !process.hasExited && began.length > left.length),
      { what: 'whoever runs the job' },
    );
    await runner!.process.kill();
    const killed = performance.now();
    await client.set(ALLOWED, leftSoFar() + STEP);
    const known = new Set(replicas.flatMap(({ began }) => began));
    const marks = new Map(replicas.map((each) => [each, each.began.length]));
    const successor = startReplica(settings, replicas);
    const newOf = (each: Replica) => each.began.slice(marks.get(each) ?? 0);
    const next = await until(() => replicas.find((each) => newOf(each).length > 0), {
      what: 'another replica to go on',
      timeout: RELIEF,
    });
    relief.push(performance.now() - killed);
    await until(() => newOf(next!).length >= 2 * CONCURRENCY, { what: 'it to get on' });
    repeated.push(newOf(next!).filter((item) => known.has(item)).length);
    await successor;
  }

  await client.set(ALLOWED, ITEMS);
  const end = await until(job, {
    what: 'the end of the job',
    satisfies: ({ status }) => status === 'completed',
    timeout: 60_000,
  });
  expect(end.counts).toEqual({ total: ITEMS, completed: ITEMS, failed: 0, skipped: 0 });
  const results = await client.hgetall('results');
  const list = (numbers: readonly number[]) => numbers.map((number) => number.toFixed(0)).join(' ');
  console.log(`Gone on after ${list(relief)} ms; items begun again at each kill: ${list(repeated)}`);
  expect(Object.keys(results)).toHaveLength(ITEMS);
  for (const count of repeated) expect(count).toBeLessThanOrEqual(CONCURRENCY);
  const done = Object.values(results).reduce((sum, count) => sum + Number(count), 0);
  expect(done - ITEMS).toBeLessThanOrEqual(KILLS * CONCURRENCY);
}, 180_000);
