import { JobsClient, type JobBody } from 'nestjs-background-jobs/client';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { JobsEvent, JobsSettings } from './apps/jobs-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import { median, percentile } from './support/statistics.js';

const CLIENTS = 1_000;
const JOBS = 20;
/** 5 items at a time, 100 ms each: a job goes on for 20 s, which is more than all clients need to come. */
const ITEMS = 1_000;
const SETTINGS = { concurrency: 5, itemTime: 100 } as const satisfies Partial<JobsSettings>;
const KB = 1_024;

type App = MeasuredApp<JobsEvent>;

interface Followed {
  readonly clients: number;
  /** Clients that were told of the end. */
  readonly ends: number;
  /** Most that one was told, and how long after a job's end each was told of it, ms. */
  readonly most: number;
  readonly delays: readonly number[];
  /** Bytes a client, in the app. */
  readonly heap: number;
  readonly resident: number;
}

const MODES = {
  'server-sent events': fetch,
  'long polls': (input: string | URL | Request, init?: RequestInit) =>
    typeof input === 'string' && input.endsWith('/events')
      ? Promise.reject(new TypeError('A proxy holds streams back'))
      : fetch(input, init),
} as const satisfies Record<string, typeof fetch>;
type Mode = keyof typeof MODES;

export const jobsClients: Benchmark = {
  name: 'jobs-clients',
  title: `${CLIENTS.toLocaleString('en-US')} clients (\`nestjs-background-jobs/client\`) follow ${JOBS} running jobs on one replica, each to its end. Memory is the app's after a garbage collection, with all clients connected, against without.`,

  async run() {
    const found: readonly (readonly [Mode, Followed])[] = [
      ['server-sent events', await follow('server-sent events')],
      ['long polls', await follow('long polls')],
    ];
    return {
      tables: [
        {
          columns: [
            ...[
              'clients by',
              'told of the end',
              'told at most, times',
              'told after its end: p50, ms',
              'p99, ms',
            ],
            ...['heap a client, KB', 'resident a client, KB'],
          ],
          rows: found.map(([mode, { clients, ends, most, delays, heap, resident }]) => [
            mode,
            `${ends} of ${clients}`,
            most,
            median(delays),
            percentile(delays, 0.99),
            heap / KB,
            resident / KB,
          ]),
        },
      ],
      goals: found.map(([mode, { clients, ends }]) => ({
        name: `ends that clients by ${mode} were not told of`,
        figure: clients - ends,
        atMost: 0,
      })),
    };
  },
};

async function follow(mode: Mode): Promise<Followed> {
  const redis = await RedisServer.start();
  const settings: JobsSettings = { redis: redis.url, ...SETTINGS };
  const app: App = await MeasuredApp.start('jobs', settings, ['--expose-gc']);
  const { url } = await app.next('up');
  const client = new JobsClient({ baseUrl: url, fetch: MODES[mode] });
  const jobs = await Promise.all(Array.from({ length: JOBS }, () => client.submit('wait', { items: ITEMS })));
  await until(() => client.get(jobs[0]!.id), {
    what: 'the jobs to run',
    satisfies: ({ counts }) => counts.completed > 10,
    every: 100,
  });

  const before = await app.ask('SIGUSR2', 'sample');
  const told = Array.from({ length: CLIENTS }, () => [] as { readonly at: number; readonly job: JobBody }[]);
  const follows = told.map(async (news, i) => {
    for await (const job of client.progress(jobs[i % JOBS]!.id)) news.push({ at: Date.now(), job });
  });
  // The first is an answer of its own, and the second the first of the stream, or of a poll.
  await until(() => told.every(({ length }) => length > 2), {
    what: 'all clients to be connected',
    every: 50,
    timeout: 30_000,
  });
  const after = await app.ask('SIGUSR2', 'sample');
  await Promise.all(follows);
  await app.kill();
  await redis.stop();

  const ends = told.flatMap((news) => {
    const last = news.at(-1)!;
    return last.job.status === 'completed' ? [last.at - Date.parse(last.job.finishedAt!)] : [];
  });
  return {
    clients: CLIENTS,
    ends: ends.length,
    most: Math.max(...told.map(({ length }) => length)),
    delays: ends,
    heap: (after.heap - before.heap) / CLIENTS,
    resident: (after.resident - before.resident) / CLIENTS,
  };
}
