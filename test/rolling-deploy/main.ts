import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from '../bench/support/statistics.js';
import { reportGoals } from '../support/goal.js';
import { cleanUpAll } from '../support/processes.js';
import { until } from '../support/until.js';
import { Deployment } from './deployment.js';
import { goalsOf, longGaps } from './goals.js';
import { HttpLoad } from './http-load.js';
import { describeGap, overrunsOf } from './iterations.js';

const help = `npm run rolling-deploy -- [options]

A rolling update on this machine: Redis, PostgreSQL, three replicas of the built host and nginx, as docker-compose.yml has them, each a
process of its own. While callers ask through nginx, one replica after the other is stopped and started anew. Reports what callers and workers
noticed of it, and ends with 1 if that was anything.

  --rounds N    how often each replica is replaced (default 1)
  --interval N  of the intraday worker, in milliseconds (default 1000)
  --slack N     how much longer than its interval a worker may be without a run, in milliseconds (default 100)
  --callers N   how many callers there are (default 16)
  --pause N     how long a caller pauses after an answer, in milliseconds (default 100)
  --settle N    how many seconds the fleet is watched before and after (default 5)
  --help        this text`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    interval: { type: 'string', default: '1000' },
    slack: { type: 'string', default: '100' },
    callers: { type: 'string', default: '16' },
    pause: { type: 'string', default: '100' },
    settle: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const interval = Number(values.interval);
const slack = Number(values.slack);
const callers = Number(values.callers);
const pauseOfCallers = Number(values.pause);
const settle = Number(values.settle);

async function play(): Promise<0 | 1> {
  console.log('Starting Redis, PostgreSQL, three replicas and nginx …');
  const deployment = await Deployment.start(interval);
  const schedules = await deployment.schedules();
  await until(() => deployment.iterations.length > 0, { what: 'a worker to run', timeout: 30_000 });
  const load = new HttpLoad({
    url: deployment.url,
    apiKey: deployment.apiKey,
    callers,
    pause: pauseOfCallers,
  });
  await pause(settle * 1_000);
  let replaced = 0;
  for (let round = 1; round <= rounds; round += 1) {
    for (const replica of deployment.replicas) {
      console.log(`${new Date().toISOString()} replacing replica ${replica.name} …`);
      await deployment.replace(replica);
      replaced += 1;
    }
  }
  await pause(settle * 1_000);
  await load.stop();
  await deployment.stop();

  for (const failure of load.failures.slice(0, 10)) console.log(`failed: ${failure}`);
  console.log(
    `${load.requests} requests, half of them in ${percentile(load.times, 0.5).toFixed(1)} ms, 99 % in ` +
      `${percentile(load.times, 0.99).toFixed(1)} ms, all in ${Math.max(...load.times).toFixed(1)} ms`,
  );
  const { requests, failures } = load;
  const { iterations } = deployment;
  const observed = { requests, failures, iterations, schedules, replaced, slack };
  for (const gap of longGaps(observed)) console.log(`gap: ${describeGap(gap)}`);
  for (const [name, schedule] of schedules) {
    const own = iterations.filter(({ worker }) => worker === name);
    for (const { replica, duration } of overrunsOf(own, schedule))
      console.log(`no gap: ${replica} skipped a tick of ${name}, which took ${Math.round(duration)} ms`);
  }
  return reportGoals(goalsOf(observed));
}

const areNumbers =
  [rounds, interval, callers].every((value) => Number.isInteger(value) && value > 0) &&
  [slack, pauseOfCallers, settle].every((value) => value >= 0);
if (values.help || !areNumbers) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUpAll().finally(() => process.exit(130)));
try {
  process.exitCode = await play();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await cleanUpAll();
}
