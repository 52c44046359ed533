import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { TickerEvent, TickerSettings } from './apps/ticker-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';

const CONTRACTS = 10_000;
/** Of the host's defaults. */
const KEPT = 5_000;
const TICKS_A_SECOND = 1;
const RELOADS_A_SECOND = 1;
const PHASE = 30_000;
const STORM = { requests: 1_000, every: 10 };
const MB = 1_024 ** 2;

type App = MeasuredApp<TickerEvent>;
type Sample = Extract<TickerEvent, { readonly event: 'sample' }>;

/** What happened between two samples. */
interface Phase {
  readonly name: string;
  readonly before: Sample;
  readonly after: Sample;
}

export const ticker: Benchmark = {
  name: 'ticker',
  title: `The host's ticker with ${CONTRACTS.toLocaleString('en-US')} option contracts on four accounts, on PGlite, its leases and what it publishes on a Redis each: ${PHASE / 1_000} s in peace, ${STORM.requests} reloads asked for in ${(STORM.requests * STORM.every) / 1_000} s (every other one waits), and ${PHASE / 1_000} s with the Redis that it publishes to frozen.`,

  async run() {
    const [leases, data] = await Promise.all([RedisServer.start(), RedisServer.start()]);
    const settings: TickerSettings = { contracts: CONTRACTS, leases: leases.url, data: data.url };
    const app: App = await MeasuredApp.startWithHost('ticker', settings, ['--expose-gc']);
    const { port } = await app.next('running');
    await until(() => sampleOf(app), {
      what: 'the first ticks',
      satisfies: ({ ticks }) => ticks >= 5,
      every: 500,
      timeout: 60_000,
    });

    const peace = await phase('in peace', app, () => pass(PHASE));
    const storm = await phase('storm of reloads', app, () => reloadStorm(port));
    data.freeze();
    const outage = await phase('Redis away', app, () => pass(PHASE));
    data.thaw();
    const recovery = await phase('Redis back', app, async () => {
      await until(() => sampleOf(app), {
        what: 'the breaker to close',
        satisfies: ({ breaker }) => breaker === 'closed',
        every: 500,
        timeout: 30_000,
      });
    });
    await app.stop();

    const phases = [peace, storm, outage, recovery];
    return {
      tables: [
        {
          columns: [
            '',
            'seconds',
            'ticks',
            'lag p99, ms',
            'heap, MB',
            'snapshots',
            'reloads',
            'published',
            'dropped',
          ],
          rows: phases.map(({ name, before, after }) => [
            name,
            seconds(before, after),
            after.ticks - before.ticks,
            after.lag,
            after.heap / MB,
            after.snapshots,
            after.reloads - before.reloads,
            after.published - before.published,
            after.dropped - before.dropped,
          ]),
        },
      ],
      goals: [
        {
          name: 'snapshots kept',
          figure: Math.max(...phases.map(({ after }) => after.snapshots)),
          atMost: KEPT,
        },
        {
          name: `heap growth in ${PHASE / 1_000} s`,
          figure: (peace.after.heap - peace.before.heap) / MB,
          unit: 'MB',
          atMost: 2,
        },
        ...[peace, storm, outage].map(({ name, after }) => ({
          name: `event loop lag, ${name}, p99`,
          figure: after.lag,
          unit: 'ms',
          atMost: 50,
        })),
        {
          name: `reloads in a storm of ${STORM.requests} requests, beyond one a second`,
          figure:
            storm.after.reloads -
            storm.before.reloads -
            seconds(storm.before, storm.after) * RELOADS_A_SECOND,
          // The first of them need not wait.
          atMost: 1,
        },
        {
          name: 'ticks while Redis is away, of those that were due',
          figure:
            (outage.after.ticks - outage.before.ticks) /
            seconds(outage.before, outage.after) /
            TICKS_A_SECOND,
          atLeast: 0.9,
        },
        { name: 'openings of the breaker', figure: outage.after.openings - storm.after.openings, atLeast: 1 },
        { name: 'time to recover', figure: seconds(recovery.before, recovery.after), unit: 's', atMost: 10 },
      ],
    };
  },
};

async function phase(name: string, app: App, happening: () => Promise<void>): Promise<Phase> {
  const before = await sampleOf(app);
  await happening();
  return { name, before, after: await sampleOf(app) };
}

function sampleOf(app: App): Promise<Sample> {
  return app.ask('SIGUSR2', 'sample');
}

function seconds(before: Sample, after: Sample): number {
  return (after.at - before.at) / 1_000;
}

/** Callers that are refused because too many wait are part of it. */
async function reloadStorm(port: number): Promise<void> {
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < STORM.requests; i++) {
    const url = `http://127.0.0.1:${port}/ticker/reload?wait=${i % 2 === 0}`;
    const asked = fetch(url, { method: 'POST', headers: { 'x-api-key': 'secret' } });
    answers.push(asked.then((answer) => answer.arrayBuffer()));
    await pass(STORM.every);
  }
  await Promise.all(answers);
}
