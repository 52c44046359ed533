import { afterEach, expect, it } from '@jest/globals';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
  LeaderElected,
} from 'nestjs-background-services';
import { FleetStatus } from 'nestjs-background-services/fleet';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

afterEach(cleanUpAll);

const SHARDS = 32;

interface Start {
  readonly replica: string;
  readonly shard: number;
  readonly token: number;
}

async function startReplica(
  replica: string,
  redis: string,
  starts: Start[],
): Promise<INestApplicationContext> {
  @LeaderElected('accounts', { shards: SHARDS })
  @Injectable()
  class Accounts {
    @Interval('update', 200) update({ shard, fencingToken: token }: Iteration) {
      starts.push({ replica, shard: shard!.index, token });
    }
  }
  @Module({
    imports: [BackgroundServicesModule.forRoot({ redis, health: false })],
    providers: [Accounts],
  })
  class ReplicaModule {}
  const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: false });
  onCleanUp(() => app.close());
  return app;
}

it('Shards run on one replica each, and all go over to the other when it is closed, under larger tokens', async () => {
  const { url } = await RedisServer.start();
  const starts: Start[] = [];
  const first = await startReplica('a', url, starts);
  const all = (replica: string) => () =>
    new Set(starts.filter((start) => start.replica === replica).map(({ shard }) => shard)).size === SHARDS;
  await until(all('a'), { what: 'all shards to run' });
  const second = await startReplica('b', url, starts);
  const { instanceId } = first.get(BackgroundServiceManager);
  expect(await second.get(FleetStatus).ownerOf('accounts', 'some-id')).toBe(instanceId);
  await first.close();
  const handedOver = starts.length;
  await until(all('b'), { what: 'all shards to run on the other replica' });
  expect(new Set(starts.slice(0, handedOver).map(({ replica }) => replica)).has('a')).toBe(true);
  expect(starts.slice(handedOver).filter(({ replica }) => replica === 'a')).toEqual([]);
  for (let shard = 0; shard < SHARDS; shard++) {
    const tokens = starts.filter((start) => start.shard === shard).map(({ token }) => token);
    expect(tokens).toEqual([...tokens].sort((x, y) => x - y));
  }
  expect(second.get(BackgroundServiceManager).get('update')).toMatchObject({
    role: 'leader',
    shards: { count: SHARDS, led: SHARDS, failing: 0 },
  });
}, 60_000);
