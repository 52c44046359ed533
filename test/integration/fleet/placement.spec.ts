import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Iteration, WorkerConfig } from 'nestjs-background-services';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { deaf, FleetApp, type FleetAppOptions, REASON } from './fleet-app.js';

const KEYS = Array.from({ length: 12 }, (_, i) => `placed:${i}`);
const TTL = 3_000;

describe('Placement on Redis', () => {
  let server: RedisServer;
  /** Keys whose iteration is running, anywhere. */
  const running = new Set<string>();
  const tokens = new Map<string, number[]>();
  let overlaps = 0;

  beforeEach(async () => {
    server = await RedisServer.start();
    running.clear();
    tokens.clear();
    overlaps = 0;
  });
  afterEach(cleanUpAll);

  async function run({ key, fencingToken }: Iteration): Promise<void> {
    if (running.has(key)) overlaps++;
    running.add(key);
    const seen = tokens.get(key) ?? [];
    tokens.set(key, seen);
    if (seen.at(-1) !== fencingToken) seen.push(fencingToken);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running.delete(key);
  }

  function join(name: string, options: Partial<FleetAppOptions> = {}): Promise<FleetApp> {
    const workers = KEYS.map((key): Partial<WorkerConfig> => ({ name: `of ${key}`, key, run }));
    return FleetApp.start(name, { redis: server.url, ttl: TTL, workers, ...options });
  }

  const counts = (apps: readonly FleetApp[]) =>
    apps.map(({ manager }) => KEYS.filter((key) => manager.isLeader(key)).length);

  const balanced = (apps: readonly FleetApp[], wanted: readonly number[]) =>
    until(() => counts(apps), {
      what: `the keys to be spread as ${wanted.join(', ')}`,
      satisfies: (found) => found.join() === wanted.join(),
      timeout: 30_000,
    });

  function expectOrder(): void {
    expect(overlaps).toBe(0);
    for (const seen of tokens.values()) expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  }

  it('follows replicas that join, are cordoned by an order, come back, and leave', async () => {
    const first = await join('a');
    await balanced([first], [12]);
    const second = await join('b');
    await balanced([first, second], [6, 6]);
    const third = await join('c');
    const all = [first, second, third];
    await balanced(all, [4, 4, 4]);

    const cordoned = await first.control.cordon(third.id, REASON);
    expect(cordoned).toMatchObject({ action: 'cordon', outcome: 'done', replica: third.id });
    await balanced(all, [6, 6, 0]);
    expect(third.manager.isCordoned).toBe(true);
    const seen = await until(() => second.status.view(), {
      what: 'the cordoned replica to be seen',
      satisfies: ({ replicas }) => replicas.some(({ placement }) => placement?.cordoned),
    });
    expect(seen.replicas.find(({ id }) => id === third.id)).toMatchObject({ leads: [] });
    expect(await second.control.cordon(third.id, REASON)).toMatchObject({ detail: 'was cordoned already' });

    await second.control.uncordon(third.id, REASON);
    await balanced(all, [4, 4, 4]);
    await first.stop();
    await balanced([second, third], [6, 6]);
    expectOrder();
    await expect(second.control.cordon('nobody', REASON)).rejects.toThrow('No replica "nobody" is there');
    const audit = await second.control.audit();
    expect(audit.map(({ action }) => action)).toEqual(expect.arrayContaining(['cordon', 'uncordon']));
  }, 120_000);

  it('evens out where no message arrives', async () => {
    const through = deaf;
    const first = await join('a', { through });
    await balanced([first], [12]);
    const second = await join('b', { through });
    await until(() => counts([first, second]), {
      what: 'both to lead',
      satisfies: ([one = 0, other = 0]) => one + other === 12 && other >= 1,
      timeout: 60_000,
    });
    expectOrder();
  }, 120_000);

  it('spreads shards like keys, and leaves those of a replica that goes to the others', async () => {
    const workers: Partial<WorkerConfig>[] = [
      { name: 'dealt', key: 'placed:dealt', run, shards: 12, schedule: { every: 1_000 } },
    ];
    const led = (apps: readonly FleetApp[]) => apps.map(({ manager }) => manager.get('dealt').shards?.led);
    const spread = (apps: readonly FleetApp[], wanted: readonly number[]) =>
      until(() => led(apps), {
        what: `the shards to be spread as ${wanted.join(', ')}`,
        satisfies: (found) => found.join() === wanted.join(),
        timeout: 30_000,
      });
    const first = await join('a', { workers });
    await spread([first], [12]);
    const second = await join('b', { workers });
    const third = await join('c', { workers });
    await spread([first, second, third], [4, 4, 4]);
    await first.stop();
    await spread([second, third], [6, 6]);
    expectOrder();
  }, 60_000);

  it('leads keys together, and sticky ones where they are', async () => {
    const [root, follower, sticky] = ['placed:root', 'placed:follower', 'placed:sticky'] as const;
    const workers: Partial<WorkerConfig>[] = [
      { name: 'root', key: root, run },
      { name: 'follower', key: follower, run, placement: { with: root } },
      { name: 'sticky', key: sticky, run, placement: 'sticky' },
    ];
    const first = await join('a', { workers });
    await until(() => first.manager.isLeader(sticky), { what: 'the sticky key to be led' });
    const second = await join('b', { workers });
    first.manager.cordon();
    await until(() => [root, follower, sticky].every((key) => second.manager.isLeader(key)), {
      what: 'the other to lead all of them',
      timeout: 20_000,
    });
    expectOrder();
  }, 60_000);
});
