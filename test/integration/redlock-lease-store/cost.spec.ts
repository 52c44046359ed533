import { afterEach, beforeEach, describe, it } from '@jest/globals';
import type { LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { lead, LONG_TTL as ttl, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { until } from '../../support/until.js';

describe('what RedlockLeaseStore costs each server', () => {
  let quorum: RedisQuorum;

  beforeEach(async () => void (quorum = await RedisQuorum.start(3)));
  afterEach(cleanUpAll);

  const keys = Array.from({ length: 20 }, (_, i) => `orders-${i}`);

  /** Leads all keys, on all servers. */
  async function leadAll(store: LeaseStore) {
    const leases = await Promise.all(keys.map((key) => lead(store, key, 'a')));
    const renewAll = () => store.renew(leases.map((lease) => ({ ...lease, ttl, ledger: {} })));
    await until(() => renewAll().then(() => Promise.all(leases.map(votes))), {
      what: 'all votes',
      satisfies: (counts) => counts.every((count) => count === 3),
    });
    return renewAll;
  }

  async function votes({ key, token }: { readonly key: string; readonly token: number }): Promise<number> {
    const tokens = await quorum.each((operator) => operator.get(`{${key}}:token`));
    return tokens.filter((text) => text === String(token)).length;
  }

  /** The commands that `work` causes on each server in the end, those inside the scripts included. */
  async function expectCommands(
    work: () => Promise<unknown>,
    expected: Record<string, number>,
  ): Promise<void> {
    await Promise.all(quorum.servers.map((server) => server.resetCommandStats()));
    await work();
    for (const server of quorum.servers) {
      await until(
        async () => {
          const { calls } = await server.commandStats();
          return Object.fromEntries(Object.entries(calls).filter(([name]) => !/^(config|info)/.test(name)));
        },
        { what: JSON.stringify(expected), satisfies: (calls) => isSame(calls, expected), timeout: 2_000 },
      );
    }
  }

  it('is what one Redis would have to do for renewals', async () => {
    const renewAll = await leadAll(await quorum.open());
    await expectCommands(renewAll, { evalsha: 1, time: 1, mget: 1, pexpire: 20 });
  });

  it('is what one Redis would have to do for tries in vain', async () => {
    await leadAll(await quorum.open());
    const standby = await quorum.open();
    const tryAll = () => standby.acquire(keys.map((key) => ({ key, holder: 'b', ttl, tokenFloor: 0 })));
    await tryAll();
    await expectCommands(tryAll, { evalsha: 1, time: 1, mget: 1, pttl: 20 });
  });

  it('is two script calls for an election', async () => {
    const store = await quorum.open();
    const lease = await lead(store, 'first', 'a');
    await until(() => renew(store, lease).then(() => votes(lease)), {
      what: 'all votes',
      satisfies: (count) => count === 3,
    });
    await expectCommands(() => lead(store, 'second', 'a'), {
      ...{ evalsha: 2, time: 1, get: 1, set: 2, hgetall: 1 },
      // The holder twice, the last token twice.
      mget: 4,
      pexpire: 1,
      hdel: 1,
    });
  });
});

function isSame(
  calls: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): boolean {
  const names = new Set([...Object.keys(calls), ...Object.keys(expected)]);
  return [...names].every((name) => calls[name] === expected[name]);
}
