import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type * as Library from 'nestjs-background-services';
import { type AcquireRequest, RedisLeaseStore } from 'nestjs-background-services/store';
import { report } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import type { ShardsEvent, ShardsSettings } from './shards-settings.js';

const settings = JSON.parse(process.env.APP ?? '{}') as ShardsSettings;
const { redis, replicas, first, fleet, kind, count, every, burn = 0, isStandby = false } = settings;
const { BackgroundEvents, BackgroundServiceManager, BackgroundServicesModule } = (await import(
  settings.library ?? 'nestjs-background-services'
)) as typeof Library;

/** Deals the shards out like cards while the fleet boots: nobody asks for another replica's. Once all are led, it is a store like any other. */
class DealtStore extends RedisLeaseStore {
  isDealt = false;

  constructor(private readonly replica: number) {
    super({ redis, commandTimeout: 3_000 });
  }

  override async acquire(requests: readonly AcquireRequest[]) {
    const wanted = this.isDealt ? requests : requests.filter(({ key }) => this.isMine(key));
    const replies = [...(await super.acquire(wanted))];
    return requests.map((request) =>
      this.isDealt || this.isMine(request.key)
        ? replies.shift()!
        : ({ outcome: 'held', holder: 'another', ttl: 30_000 } as const),
    );
  }

  private isMine(key: string): boolean {
    return Number(/#(\d+)/.exec(key)?.[1] ?? 0) % fleet === this.replica;
  }
}

let runs = 0;
let lost = 0;
/** By replica. Counted, since to list thousands of workers costs more than to lead them. */
const led: number[] = [];
let result = 0;

/** Work for the processor, as much in each run. */
function run(): void {
  runs += 1;
  for (let i = 0; i < burn; i += 1) result = Math.imul(result ^ i, 0x01000193);
}

const stores: DealtStore[] = [];
const managers: Library.BackgroundServiceManager[] = [];
for (let i = first; i < first + replicas; i += 1) {
  // The other build has no store to extend; it has one replica, which leads everything.
  const store = kind === 'shards' ? new DealtStore(i) : undefined;
  if (store) stores.push(store);

  @Module({
    imports: [
      BackgroundServicesModule.forRoot({ ...(store ? { store } : { redis }), instanceId: `replica-${i}` }),
    ],
  })
  class ReplicaModule {}

  const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['error', 'warn'] });
  // Without arguments it would take SIGUSR2 for an order to shut down.
  app.enableShutdownHooks(['SIGTERM']);
  led.push(0);
  app.get(BackgroundEvents).onAny(({ type }) => {
    if (type === 'elected') led[i - first]! += 1;
    if (type !== 'revoked') return;
    led[i - first]! -= 1;
    lost += 1;
  });
  const manager = app.get(BackgroundServiceManager);
  managers.push(manager);
  if (kind === 'shards')
    manager.register({ name: 'work', key: 'bench', schedule: { every }, shards: count, run });
  else
    for (let lease = 0; lease < count; lease += 1)
      manager.register({ name: `work-${lease}`, key: `bench:${lease}`, schedule: { every }, run });
}

const isThere = () => {
  if (isStandby)
    return managers.every((manager) => manager.list().every(({ leader }) => leader !== undefined));
  return led.reduce((sum, each) => sum + each, 0) >= Math.floor((count * replicas) / fleet);
};
await until(isThere, {
  what: 'all to be led',
  every: 250,
  timeout: 300_000,
});
process.on('SIGUSR2', () => {
  for (const store of stores) store.isDealt = true;
  const { user, system } = process.cpuUsage();
  report<ShardsEvent>({ event: 'counts', runs, led, lost, cpu: (user + system) / 1_000 });
});
report<ShardsEvent>({ event: 'leading' });
