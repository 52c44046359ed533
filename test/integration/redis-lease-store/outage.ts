import { expect } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LeaseStore, RedisLeaseStore, type RedisTarget } from 'nestjs-background-services/store';
import { onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { stopwatch } from '../../support/stopwatch.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

export const KEY = 'orders:leader';
/** Of one command, ms. */
export const LIMIT = 200;
/** What a busy machine may add, ms. */
export const SLACK = 300;

export function open(redis: RedisTarget, commandTimeout = LIMIT): RedisLeaseStore {
  const store = new RedisLeaseStore({ redis, commandTimeout });
  onCleanUp(() => store.close());
  return store;
}

/** A store with a bad network between it and its Redis, and a neighbour with a good one. */
export async function startBehindProxy() {
  const server = await RedisServer.start();
  const proxy = await TcpProxy.start(server);
  const [store, neighbour] = [open(proxy.url), open(server.url, 3_000)];
  // Connecting has a time limit, too, which is not what these tests are about.
  await until(() => store.inspect([KEY]), { what: 'the connection' });
  return { server, proxy, store, neighbour };
}

/** Waits until both stores have subscribed. */
export async function listens({ url }: RedisServer): Promise<void> {
  const operator = new Redis(url, { disconnectTimeout: 10 });
  onCleanUp(() => operator.disconnect());
  await until(() => operator.pubsub('NUMSUB', 'background-services:released'), {
    what: 'both stores to listen',
    satisfies: ([, listeners]) => listeners === 2,
  });
}

/** One of each command. */
export function everyCommand(store: LeaseStore) {
  const lease = { key: KEY, holder: 'a', token: 1 };
  return [
    acquire(store, KEY, 'a'),
    renew(store, lease),
    store.release({ ...lease, ledger: {} }),
    store.record({ ...lease, field: 'x', value: '1' }),
  ];
}

/** No command has a definite answer, and none lets its caller wait for long. */
export async function expectUnknown(store: LeaseStore, message: RegExp): Promise<void> {
  const duration = await timed(async () => {
    const replies = await Promise.all(everyCommand(store));
    const unknown = { outcome: 'unknown', error: { message: expect.stringMatching(message) } };
    expect(replies).toMatchObject(replies.map(() => unknown));
  });
  expect(duration).toBeLessThan(LIMIT + SLACK);
  await expect(store.inspect([KEY])).rejects.toThrow(message);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const given = stopwatch();
  await work();
  return given();
}
