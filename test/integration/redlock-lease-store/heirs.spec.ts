import { afterEach, describe, expect, it } from '@jest/globals';
import type { Release } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const HEIR = { holder: 'b', ttl: 20_000 };

/** What every store promises of heirs is in the contract; here is that this one keeps leases for them, also while a server is away. */
describe.each([0, 1])('A lease on 3 servers that is kept for an heir, %d of them away,', (away) => {
  afterEach(cleanUpAll);

  it('is held by it on a majority, and acquired by nobody else', async () => {
    const quorum = await RedisQuorum.start(3);
    const [store, other] = [await quorum.open(), await quorum.open()];
    const heard: Release[] = [];
    other.watch((release) => heard.push(release));
    await Promise.all(quorum.servers.slice(0, away).map((server) => server.stop()));
    const lease = await lead(store, KEY, 'a');
    expect(await store.release({ ...lease, heir: HEIR, ledger: { start: '1' } })).toEqual({
      outcome: 'released',
    });
    const held = { outcome: 'held', holder: 'b' };
    expect(await acquire(other, KEY, 'c')).toMatchObject(held);
    expect(await acquire(store, KEY, 'a')).toMatchObject(held);
    expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: 'b' });
    const next = await acquire(other, KEY, 'b');
    expect(next).toMatchObject({ outcome: 'acquired', ledger: { start: '1' } });
    expectToRise([lease.token, next.outcome === 'acquired' ? next.token : 0]);
    await until(() => heard.length > 0, { what: 'the release' });
    expect(heard).toEqual([{ key: KEY, holder: 'a', heir: 'b' }]);
  });
});
