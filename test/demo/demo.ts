import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Voice } from './output.js';
import { interval, leaseTtl, Replica, worker } from './replica.js';
import { Watch, type HandOver } from './watch.js';

const help = `npm run demo -- [options]

Three replicas of the host app on a Redis of their own, in one terminal. Their leader is killed, and the next
one is stopped: watch the work go on.

  --seconds N   how long to look on between the scenes (default 6)
  --stay        keep the fleet running after the last scene, until Ctrl-C
  --help        this text`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    stay: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
let interrupted = false;
const narrator = Voice.ofNarrator();
const narrate = (text: string): void => narrator.say(`\n${text}\n`);

async function play(): Promise<void> {
  narrate('Starting a redis-server and three replicas …');
  const redis = await RedisServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const replicas = await Promise.all(
    ['A', 'B', 'C'].map((name, index) => Replica.start(name, index, redis.url, folder)),
  );
  const watch = new Watch(replicas, redis.url);
  const shutDown = async (): Promise<void> => {
    watch.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  };
  onInterrupt(shutDown);

  const key = await watch.leaseKey();
  for (const { voice, url } of replicas) voice.say(`${url}/health/background`);
  narrate(
    `"${worker}" runs every ${interval} ms, on one of them: redis-cli -p ${redis.port} GET ${key} says which.`,
  );
  await pause(seconds * 1_000);

  narrate(`kill -9 of the leader: it cannot say goodbye, so its lease of ${leaseTtl} ms has to run out.`);
  const killed = await watch.handOver(key, 'SIGKILL');
  await pause(seconds * 1_000);

  narrate('SIGTERM for the new leader: it finishes its work and hands the lease over.');
  const stopped = await watch.handOver(key, 'SIGTERM');
  await pause(seconds * 1_000);

  narrate(['What was measured:', summary('kill -9', killed), summary('SIGTERM', stopped)].join('\n'));
  if (values.stay) {
    narrate('The fleet keeps running. Ctrl-C ends it.');
    await new Promise(() => {});
  }
  await shutDown();
  narrate('All is shut down.');
}

function summary(how: string, { from, to, leaderless, betweenIterations }: HandOver): string {
  return `  ${how} of ${from}: ${to} leads after ${leaderless} ms; ${betweenIterations} ms between iterations`;
}

/** The first Ctrl-C shuts down in order, the second at once. */
function onInterrupt(shutDown: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(130);
      interrupted = true;
      narrate('Shutting down …');
      void shutDown().finally(() => process.exit(130));
    });
  }
}

if (values.help || !(seconds >= 0)) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
play().catch(async (error: unknown) => {
  // A scene that was cut short fails, naturally.
  if (interrupted) return;
  console.error(error);
  await cleanUpAll();
  process.exit(1);
});
