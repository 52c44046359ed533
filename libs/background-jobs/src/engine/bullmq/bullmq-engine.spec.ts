import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../../../../test/support/deferred-cleanup.js';
import { RedisServer } from '../../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../../test/support/tcp-proxy.js';
import { until } from '../../../../../test/support/until.js';
import { RedisWatch } from '../../store/redis/redis-watch.js';
import { BullMqEngine } from './bullmq-engine.js';

afterAll(cleanUpAll);

const PREFIX = '{jobs}';
const ID = '01900000-0000-7000-8000-000000000001';

describe('BullMqEngine', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let redis: Redis;
  let engines: BullMqEngine[];

  beforeEach(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server);
    redis = new Redis(server.url);
    engines = [];
  });
  afterEach(async () => {
    proxy.heal();
    await Promise.all(engines.map((engine) => engine.close()));
    redis.disconnect();
    await proxy.close();
    await server.stop();
  });

  async function open(url: string): Promise<BullMqEngine> {
    const watch = await RedisWatch.of({ redis: url, prefix: PREFIX });
    const engine = await BullMqEngine.open({ redis: url, prefix: PREFIX, clock: systemClock, watch });
    engines.push(engine);
    return engine;
  }
  const queued = async (list: 'wait' | 'active') => redis.llen(`${PREFIX}:queue:${list}`);

  it('does not work off a job that was being fetched when it was closed, but puts it back', async () => {
    const engine = await open(proxy.url);
    await (await open(server.url)).enqueue(ID);
    // Redis has handed the job out, and the worker has not been told yet.
    proxy.delay('replies', 300);
    const ran: string[] = [];
    const started = engine.start((id, signal) => {
      if (signal.aborted) return Promise.resolve('interrupted');
      ran.push(id);
      return Promise.resolve('over');
    }, 1);
    await until(() => queued('active'), { what: 'the job to be fetched', every: 5 });
    const closed = engine.close();
    proxy.heal();
    await Promise.all([started, closed]);
    expect(ran).toEqual([]);
    expect([await queued('active'), await queued('wait')]).toEqual([0, 1]);
  });

  it('fetches no jobs any more while one drains, those neither that were put back', async () => {
    const engine = await open(server.url);
    const ids = [1, 2, 3].map((n) => ID.replace(/1$/, String(n)));
    for (const id of ids) await engine.enqueue(id);
    let drain: () => void = () => undefined;
    const drained = new Promise<void>((resolve) => (drain = resolve));
    let late = 0;
    await engine.start(async (id, signal) => {
      if (signal.aborted) late += 1;
      else if (id === ids[0]) await drained;
      else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'interrupted';
    }, 2);
    await until(() => queued('active'), { what: 'two jobs to run', satisfies: (count) => count === 2 });
    const closed = engine.close();
    await until(() => queued('wait'), { what: 'one to be put back', satisfies: (count) => count === 2 });
    let looks = 0;
    await until(() => (looks += 1) > 20, { what: 'a while', every: 5 });
    drain();
    await closed;
    expect(late).toBeLessThanOrEqual(1);
    expect([await queued('active'), await queued('wait')]).toEqual([0, 3]);
  });

  it('takes no jobs if it is started after it was closed', async () => {
    const engine = await open(server.url);
    await engine.close();
    await (await open(server.url)).enqueue(ID);
    await engine.start(() => Promise.resolve('over'), 1);
    await until(() => queued('wait'), { what: 'the job to wait', satisfies: (count) => count === 1 });
    expect(await redis.client('LIST').then((list) => String(list).match(/cmd=bzpopmin/g))).toBeNull();
  });
});
