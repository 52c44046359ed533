import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, lead, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const LIMIT = 1_000;

afterEach(cleanUpAll);

/** A master, and a replica that follows it through a network that can break. */
async function startPair() {
  const master = await RedisServer.start();
  const proxy = await TcpProxy.start(master);
  const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(proxy.port)] });
  const operator = new Redis(replica.url, { disconnectTimeout: 10 });
  onCleanUp(() => operator.disconnect());
  await until(() => operator.info('replication'), {
    what: 'the replica to follow',
    timeout: 20_000,
    satisfies: (info) => info.includes('master_link_status:up'),
  });
  const promote = () => operator.call('REPLICAOF', 'NO', 'ONE');
  return { master, proxy, replica, operator, promote };
}

function open({ url }: RedisServer, waitReplicas = 0): RedisLeaseStore {
  const store = new RedisLeaseStore({ redis: url, commandTimeout: LIMIT, waitReplicas });
  onCleanUp(() => store.close());
  return store;
}

/**
 * Redis replicates after it has answered. What the replica has not yet when it is promoted is lost, the lease of a leader among it: two
 * leaders at the same time, until the first one's deadline. No store on Redis can do anything about the time; the token can about the harm.
 */
describe('When a failover loses the newest writes', () => {
  it('two holders are granted the lease, and the second token is larger although the first is forgotten', async () => {
    const { master, proxy, replica, operator, promote } = await startPair();
    proxy.blackhole('replies');
    const first = await lead(open(master), KEY, 'a');
    expect(await operator.get(KEY)).toBeNull();
    await promote();
    const second = await lead(open(replica), KEY, 'b');
    // This is the hole: the first one was never told, and its master still confirms it.
    expect((await renew(open(master), first)).outcome).toBe('renewed');
    expect(second.token).toBeGreaterThan(first.token);
  });

  it('a lease that was replicated stays with its holder, token and all', async () => {
    const { master, replica, operator, promote } = await startPair();
    const lease = await lead(open(master, 1), KEY, 'a');
    expect(await operator.get(KEY)).toBe('a');
    await promote();
    const store = open(replica);
    expect(await acquire(store, KEY, 'b')).toMatchObject({ outcome: 'held', holder: 'a' });
    expect((await renew(store, lease)).outcome).toBe('renewed');
  });

  it('waitReplicas makes a leader of nobody whose lease is on the master alone', async () => {
    const { master, proxy } = await startPair();
    proxy.blackhole('requests');
    proxy.blackhole('replies');
    const reply = await acquire(open(master, 1), KEY, 'a');
    expect(reply).toMatchObject({
      outcome: 'unknown',
      error: { code: 'BGS_STORE', message: '0 of 1 Redis replicas confirmed the write within 500 ms' },
    });
  });

  it('waitReplicas renews nothing that the replica does not know of', async () => {
    const { master, proxy } = await startPair();
    const store = open(master, 1);
    const lease = await lead(store, KEY, 'a');
    expect((await renew(store, lease)).outcome).toBe('renewed');
    proxy.blackhole('requests');
    proxy.blackhole('replies');
    expect((await renew(store, lease)).outcome).toBe('unknown');
    proxy.heal();
    await until(async () => (await renew(store, lease)).outcome, {
      what: 'the renewal to be confirmed again',
      satisfies: (outcome) => outcome === 'renewed',
    });
  });
});
