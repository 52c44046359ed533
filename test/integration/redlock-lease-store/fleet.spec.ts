import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { redlockStore } from 'nestjs-background-redlock';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import { FleetControl, FleetStatus } from 'nestjs-background-services/fleet';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const TTL = 4_000;
const REASON = { by: 'ada', why: 'a test' };

describe('The fleet on several Redis servers', () => {
  let quorum: RedisQuorum;

  beforeEach(async () => {
    quorum = await RedisQuorum.start(3);
  });
  afterEach(cleanUpAll);

  async function startApp(instanceId: string) {
    const app = await NestFactory.createApplicationContext(
      BackgroundServicesModule.forRoot({
        store: redlockStore(quorum.urls),
        instanceId,
        lease: { ttl: TTL },
        shutdown: { drainTimeout: 500 },
        health: false,
      }),
      { logger: false },
    );
    onCleanUp(() => app.close());
    const manager = app.get(BackgroundServiceManager);
    manager.register({ name: 'orders', key: KEY, schedule: { every: 100 }, run: () => undefined });
    return { manager, status: app.get(FleetStatus), control: app.get(FleetControl) };
  }

  async function startFleet() {
    const leader = await startApp('one');
    await until(() => leader.manager.isLeader(KEY), { what: 'a leader', timeout: 20_000 });
    const follower = await startApp('two');
    await until(async () => (await follower.status.view()).replicas.length === 2, {
      what: 'both replicas to be seen',
      timeout: 20_000,
    });
    return { leader, follower };
  }

  it('is seen from each replica, also with one server down', async () => {
    const { leader, follower } = await startFleet();
    await quorum.servers[0]!.stop();
    for (const { status } of [leader, follower]) {
      await until(
        async () => {
          const { current, keys, workers, replicas } = await status.view();
          return (
            current &&
            replicas.length === 2 &&
            keys[0]?.leader === leader.manager.instanceId &&
            (workers[0]?.iterations ?? 0) > 0
          );
        },
        { what: 'the leader and its counts', timeout: 20_000 },
      );
    }
  });

  it('is steered from a follower: pause and resume, and step down', async () => {
    const { leader, follower } = await startFleet();
    const mode = () => leader.manager.get('orders').mode;
    await follower.control.pause('orders', REASON);
    await until(() => mode() === 'paused', { what: 'the leader to pause' });
    await follower.control.resume('orders', REASON);
    await until(() => mode() === 'started', { what: 'the leader to go on' });
    expect(await follower.control.stepDown(KEY, REASON)).toMatchObject({ outcome: 'done' });
    await until(() => follower.manager.isLeader(KEY), { what: 'the follower to lead', timeout: 20_000 });
    expect((await leader.control.audit()).map(({ action, by }) => `${action} ${by}`)).toEqual([
      'step-down ada',
      'resume ada',
      'pause ada',
    ]);
  });
});
