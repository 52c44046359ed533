import { afterEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from 'nestjs-background-services/store';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { seededRandom } from '../../support/seeded-random.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const LIMIT = 400;
const TTL = 1_500;
const STORMS = 8;
/** Troubles in a storm, on top of those that go on from the one before. */
const TROUBLES = 6;

interface Grant {
  readonly holder: string;
  readonly token: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** A replica with a network of its own to each server. */
interface Replica {
  readonly name: string;
  readonly store: LeaseStore;
  readonly proxies: readonly TcpProxy[];
}

/**
 * Replicas compete for one lease while the network between each of them and each server loses, holds back and breaks what it carries, so
 * that commands run long after their senders gave them up, and servers freeze. No server forgets. Whatever happens: no token is granted
 * twice, and one that was granted before another was asked for is the smaller one.
 */
describe('The fencing tokens of a quorum', () => {
  afterEach(cleanUpAll);

  it.each([
    [3, 1],
    [3, 2],
    [3, 3],
    [5, 4],
  ])(
    'rise on %d servers, whatever happens to the network (seed %d)',
    async (size, seed) => {
      const random = seededRandom(seed);
      const quorum = await RedisQuorum.start(size);
      const replicas = await Promise.all(['a', 'b', 'c', 'd'].map((name) => startReplica(name, quorum)));
      // Ahead of all clocks, so that no clock makes them rise.
      const tokenFloor = Date.now() + 3_600_000;
      const first = await until(() => lead(replicas[0]!.store, KEY, 'first', { ttl: TTL, tokenFloor }), {
        what: 'the first lease',
      });
      await replicas[0]!.store.release({ ...first, ledger: {} });
      const grants: Grant[] = [];
      let over = false;
      const campaigns = replicas.map(async (replica) => {
        while (!over) await leadFor(replica, grants, random);
      });
      for (let storm = 0; storm < STORMS; storm += 1) {
        const before = grants.length;
        for (let trouble = 0; trouble < TROUBLES; trouble += 1) {
          disturb(replicas, quorum, random);
          await delay(random() * LIMIT);
        }
        calm(replicas, quorum);
        await until(() => grants.length, {
          what: 'an election',
          satisfies: (count) => count > before,
          timeout: 30_000,
        });
      }
      over = true;
      await Promise.all(campaigns);

      expect(grants.length).toBeGreaterThanOrEqual(STORMS);
      expect(Math.min(...grants.map(({ token }) => token))).toBeGreaterThan(first.token);
      expect(new Set(grants.map(({ token }) => token)).size).toBe(grants.length);
      // Thousands of grants are millions of pairs: too many to expect something of each.
      const fallen = grants.flatMap((later) =>
        grants
          .filter((earlier) => earlier.receivedAt <= later.sentAt && earlier.token >= later.token)
          .map((earlier) => ({ earlier, later })),
      );
      expect(fallen).toEqual([]);
    },
    120_000,
  );

  it('do not rise from what somebody wrote beyond the last date: they would soon have nowhere to go', async () => {
    const quorum = await RedisQuorum.start(3);
    const store = await quorum.open();
    const first = await until(() => lead(store, KEY, 'a'), { what: 'the first lease' });
    await quorum.each((operator) => operator.set('{orders:leader}:token', '9007199254740990'));
    const second = await lead(store, KEY, 'a', { tokenFloor: first.token });
    const third = await lead(store, KEY, 'a', { tokenFloor: second.token });
    expectToRise([first.token, second.token, third.token]);
    expect(third.token).toBeLessThan(first.token + 60_000);
  });

  async function startReplica(name: string, quorum: RedisQuorum): Promise<Replica> {
    const proxies = await Promise.all(quorum.servers.map((server) => TcpProxy.start(server)));
    const store = await quorum.open({ nodes: proxies.map(({ url }) => url), commandTimeout: LIMIT });
    return { name, store, proxies };
  }

  /** One try, and a short term if it succeeds. */
  async function leadFor({ name, store }: Replica, grants: Grant[], random: () => number): Promise<void> {
    const sentAt = performance.now();
    const reply = await acquire(store, KEY, name, { ttl: TTL });
    const receivedAt = performance.now();
    if (reply.outcome !== 'acquired') return delay(random() * 20);
    const { token } = reply;
    grants.push({ holder: name, token, sentAt, receivedAt });
    const lease = { key: KEY, holder: name, token };
    if (random() < 0.5) await renew(store, lease, { ttl: TTL });
    if (random() < 0.7) await store.release({ ...lease, ledger: {} });
  }

  function disturb(replicas: readonly Replica[], quorum: RedisQuorum, random: () => number): void {
    const pick = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)]!;
    const proxy = pick(pick(replicas).proxies);
    const server = pick(quorum.servers);
    pick([
      () => proxy.blackhole('requests'),
      () => proxy.blackhole('replies'),
      () => proxy.delay('requests', random() * 2 * LIMIT),
      () => proxy.cut(),
      () => proxy.strand(),
      () => proxy.heal(),
      () => server.freeze(),
      () => server.thaw(),
    ])();
  }

  /** What was held back arrives now. */
  function calm(replicas: readonly Replica[], quorum: RedisQuorum): void {
    for (const { proxies } of replicas) for (const proxy of proxies) proxy.heal();
    for (const server of quorum.servers) server.thaw();
  }
});
