import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeChange } from 'nestjs-background-redlock';
import type { LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
/** Of one command, ms. */
const LIMIT = 1_000;
/** Of one command in a store that would wait for a frozen server, ms. */
const PATIENCE = 15_000;
/** What a busy machine may add, ms. */
const SLACK = 2_000;

describe.each([3, 5])('RedlockLeaseStore on %d servers, when servers fail,', (size) => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  let quorum: RedisQuorum;
  let store: LeaseStore;
  let changes: NodeChange[];

  beforeAll(() => void process.on('unhandledRejection', onRejection));
  beforeEach(async () => {
    changes = [];
    quorum = await RedisQuorum.start(size);
    store = await quorum.open({ commandTimeout: LIMIT });
  });
  afterEach(async () => {
    await cleanUpAll();
    expect(rejections).toEqual([]);
  });
  afterAll(() => void process.off('unhandledRejection', onRejection));

  const minority = () => quorum.servers.slice(0, (size - 1) / 2);
  const majority = () => quorum.servers.slice(0, (size + 1) / 2);

  /** Every command in turn, each with a definite answer. */
  async function worksThroughout(by: LeaseStore, key: string): Promise<void> {
    const lease = await lead(by, key, 'a');
    expect(await acquire(by, key, 'b')).toMatchObject({ outcome: 'held', holder: 'a' });
    expect(await renew(by, lease, { ledger: { start: '1' } })).toMatchObject({ outcome: 'renewed' });
    const record = { ...lease, field: 'slot', value: '1', expected: null };
    expect(await by.record(record)).toEqual({ outcome: 'recorded' });
    expect(await by.inspect([key])).toMatchObject([{ holder: 'a', token: lease.token }]);
    expect(await by.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
    const next = await acquire(by, key, 'b');
    expect(next).toMatchObject({ outcome: 'acquired', ledger: { start: '1', slot: '1' } });
    expectToRise([lease.token, next.outcome === 'acquired' ? next.token : 0]);
    expect(await renew(by, lease)).toEqual({ outcome: 'lost', holder: 'b' });
  }

  async function everythingIsUnknown(): Promise<void> {
    const lease = { key: KEY, holder: 'a', token: 1 };
    const given = stopwatch();
    const replies = await Promise.all([
      acquire(store, KEY, 'a'),
      renew(store, lease),
      store.release({ ...lease, ledger: {} }),
      store.record({ ...lease, field: 'x', value: '1' }),
      store.record({ ...lease, field: 'x', value: '1', expected: null }),
    ]);
    expect(given()).toBeLessThan(4 * LIMIT + SLACK);
    const unknown = {
      outcome: 'unknown',
      error: { message: expect.stringMatching(/^No majority of the Redis nodes/) },
    };
    expect(replies).toMatchObject(replies.map(() => unknown));
    await expect(store.inspect([KEY])).rejects.toThrow(/^No majority of the Redis nodes/);
  }

  it('goes on without a minority, be it gone before or in the middle of a term', async () => {
    const lease = await lead(store, KEY, 'a');
    await Promise.all(minority().map((server) => server.crash()));
    expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
    await worksThroughout(store, 'other');
    expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
  });

  it('does not wait for a minority that is frozen', async () => {
    const patient = await quorum.open({ commandTimeout: PATIENCE });
    await lead(patient, KEY, 'a');
    for (const server of minority()) server.freeze();
    const given = stopwatch();
    const lease = await lead(patient, 'other', 'a');
    expect(await renew(patient, lease)).toMatchObject({ outcome: 'renewed' });
    expect(await acquire(patient, 'other', 'b')).toMatchObject({ outcome: 'held', holder: 'a' });
    const record = { ...lease, field: 'slot', value: '1', expected: null };
    expect(await patient.record(record)).toEqual({ outcome: 'recorded' });
    expect(await patient.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
    expect(given()).toBeLessThan(PATIENCE);
    for (const server of minority()) server.thaw();
  });

  it.each<
    [
      string,
      (server: RedisQuorum['servers'][number]) => unknown,
      (s: RedisQuorum['servers'][number]) => unknown,
    ]
  >([
    ['gone', (server) => server.crash(), (server) => server.restart()],
    ['frozen', (server) => server.freeze(), (server) => server.thaw()],
  ])(
    'knows nothing definite, in time, while a majority is %s, and recovers',
    async (_what, spoil, restore) => {
      await worksThroughout(store, 'before');
      await Promise.all(majority().map(spoil));
      await everythingIsUnknown();
      await everythingIsUnknown();
      await Promise.all(majority().map(restore));
      await until(() => acquire(store, 'after', 'a'), {
        what: 'a lease',
        satisfies: ({ outcome }) => outcome === 'acquired',
      });
      await until(() => worksThroughout(store, `after-${performance.now()}`).then(() => true), {
        what: 'all nodes to be back',
      });
    },
  );

  it('tells once that a server is gone, and once that it is back', async () => {
    const [server] = quorum.servers;
    const node = `127.0.0.1:${server!.port}`;
    const patient = await quorum.open({
      commandTimeout: PATIENCE,
      onNodeChange: (change) => void (change.node === node && changes.push(change)),
    });
    const lease = await lead(patient, KEY, 'a');
    await server!.crash();
    await until(() => renew(patient, lease).then(() => changes.length), { what: 'the change' });
    for (let i = 0; i < 5; i += 1) await renew(patient, lease);
    await server!.restart();
    await until(() => renew(patient, lease).then(() => changes.length), {
      what: 'the other change',
      satisfies: (count) => count > 1,
    });
    expect(changes).toEqual([
      { node, error: expect.any(Error), answering: size - 1, nodes: size },
      { node, error: undefined, answering: size, nodes: size },
    ]);
    await patient.close();
    await renew(patient, lease);
    expect(changes).toHaveLength(2);
  });
});
