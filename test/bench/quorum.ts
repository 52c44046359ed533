import { NestFactory } from '@nestjs/core';
import { RedlockLeaseStore, redlockStore } from 'nestjs-background-redlock';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import { type LeaseStore, RedisLeaseStore } from 'nestjs-background-services/store';
import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Benchmark } from './benchmark.js';
import { median } from './support/statistics.js';

const REPLICAS = 3;
const WORKERS = 20;
const KEY = 'bench:leader';
/** Two beats of the default lease, and all that the replicas wait for in between, ms. */
const LENGTH = 60_000;
const CALLS = 500;

interface Cost {
  readonly servers: number;
  readonly commandsPerSecond: number;
  readonly election: number;
  readonly renewal: number;
}

export const quorum: Benchmark = {
  name: 'quorum',
  title: `What leases on several independent servers cost, against those on one: ${REPLICAS} replicas with ${WORKERS} workers and the default lease for ${LENGTH / 1_000} s, and the medians of ${CALLS} calls.`,

  async run() {
    const setups = await Promise.all([1, 3, 5].map(startSetup));
    // At rest, the three do not disturb each other.
    const rates = await Promise.all(setups.map(commandsPerSecond));
    const costs: Cost[] = [];
    for (const [i, setup] of setups.entries()) {
      costs.push({ servers: setup.servers.length, commandsPerSecond: rates[i]!, ...(await timesOf(setup)) });
    }
    const [one, three] = costs;
    // A second script where ledger entries change is all that there is on top.
    const perServer = three!.commandsPerSecond / three!.servers / one!.commandsPerSecond;
    return {
      tables: [
        {
          columns: ['servers', 'commands/s, all servers', 'election, ms', 'renewal, ms'],
          rows: costs.map((cost) => [
            String(cost.servers),
            cost.commandsPerSecond,
            cost.election,
            cost.renewal,
          ]),
        },
      ],
      goals: [{ name: 'commands a server of three, against one alone', figure: perServer, atMost: 1.5 }],
    };
  },
};

interface Setup {
  readonly servers: readonly RedisServer[];
  readonly redis: string | readonly string[];
}

async function startSetup(size: number): Promise<Setup> {
  const servers = await Promise.all(Array.from({ length: size }, () => RedisServer.start()));
  const urls = servers.map(({ url }) => url);
  return { servers, redis: size === 1 ? urls[0]! : urls };
}

/** Of several replicas of an app, on all servers together. */
async function commandsPerSecond({ servers, redis }: Setup): Promise<number> {
  const apps = await Promise.all(Array.from({ length: REPLICAS }, () => startApp(redis)));
  await until(() => apps.some((app) => app.get(BackgroundServiceManager).isLeader(KEY)), {
    what: 'a leader',
  });
  await Promise.all(servers.map((server) => server.resetCommandStats()));
  await pass(LENGTH);
  const totals = await Promise.all(servers.map(async (server) => (await server.commandStats()).total));
  await Promise.all(apps.map((app) => app.close()));
  return totals.reduce((sum, total) => sum + total, 0) / (LENGTH / 1_000);
}

function openStore({ redis }: Setup): LeaseStore {
  const commandTimeout = 3_000;
  return typeof redis === 'string'
    ? new RedisLeaseStore({ redis, commandTimeout })
    : new RedlockLeaseStore({ nodes: redis, commandTimeout });
}

async function startApp(redis: string | readonly string[]) {
  const where = typeof redis === 'string' ? { redis } : { store: redlockStore(redis) };
  const app = await NestFactory.createApplicationContext(BackgroundServicesModule.forRoot(where), {
    logger: false,
  });
  const manager = app.get(BackgroundServiceManager);
  for (let i = 0; i < WORKERS; i += 1)
    manager.register({ name: `worker-${i}`, key: KEY, schedule: { every: 1_000 }, run: () => undefined });
  return app;
}

async function timesOf(setup: Setup): Promise<Pick<Cost, 'election' | 'renewal'>> {
  const store = openStore(setup);
  await until(() => store.inspect([KEY]), { what: 'the connections' });
  const elections: number[] = [];
  const renewals: number[] = [];
  for (let i = 0; i < CALLS; i += 1) {
    const startedAt = performance.now();
    const [reply] = await store.acquire([{ key: 'timed', holder: 'a', ttl: 30_000, tokenFloor: 0 }]);
    const electedAt = performance.now();
    if (reply?.outcome !== 'acquired') throw new Error(`Not elected: ${reply?.outcome}`);
    const lease = { key: 'timed', holder: 'a', token: reply.token, ledger: {} };
    await store.renew([{ ...lease, ttl: 30_000 }]);
    elections.push(electedAt - startedAt);
    renewals.push(performance.now() - electedAt);
    await store.release(lease);
  }
  await store.close();
  return { election: median(elections), renewal: median(renewals) };
}
