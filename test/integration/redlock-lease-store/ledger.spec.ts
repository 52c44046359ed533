import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HeldLease, Ledger, LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, lead, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const LIMIT = 1_000;
/** A vote that reaches a server late stays there until it expires: not for long, ms. */
const TTL = 5_000;

/** What cron slots rely on to run at most once: they are claimed by a compare-and-set, and read by whoever leads next. */
describe('The ledger of a quorum', () => {
  let quorum: RedisQuorum;
  let store: LeaseStore;
  let rival: LeaseStore;

  beforeEach(async () => {
    quorum = await RedisQuorum.start(3);
    store = await quorum.open({ commandTimeout: LIMIT });
    rival = await quorum.open({ commandTimeout: LIMIT });
  });
  afterEach(cleanUpAll);

  /** Leads, though a node may still be coming back. */
  async function takeOver(by: LeaseStore, holder: string): Promise<HeldLease & { readonly ledger: Ledger }> {
    const reply = await until(() => acquire(by, KEY, holder, { ttl: TTL }), {
      what: `${holder} to lead`,
      satisfies: ({ outcome }) => outcome === 'acquired',
    });
    if (reply.outcome !== 'acquired') throw new Error('not acquired');
    return { key: KEY, holder, token: reply.token, ledger: reply.ledger };
  }

  const claim = (by: LeaseStore, { key, holder, token }: HeldLease, value: string, expected: string | null) =>
    by.record({ key, holder, token, field: 'slot', value, expected });

  const pairs = [0, 1, 2].flatMap((missed) => [0, 1, 2].map((away) => [missed, away] as const));

  it.each(pairs)(
    'has a claim that server %d has missed, for a successor without server %d',
    async (missed, away) => {
      quorum.servers[missed]!.freeze();
      const lease = await takeOver(store, 'a');
      expect(await claim(store, lease, 'run 1', null)).toEqual({ outcome: 'recorded' });
      quorum.servers[missed]!.thaw();
      await store.release({ ...lease, ledger: {} });
      quorum.servers[away]!.freeze();
      const next = await takeOver(rival, 'b');
      expect(next.ledger).toEqual({ slot: 'run 1' });
      expect(await claim(rival, next, 'run 1 again', null)).toEqual({
        outcome: 'conflict',
        current: 'run 1',
      });
      quorum.servers[away]!.thaw();
    },
  );

  it('has the newest claim, though a server still has the one before', async () => {
    const first = await takeOver(store, 'a');
    await claim(store, first, 'run 1', null);
    await store.release({ ...first, ledger: {} });
    quorum.servers[2]!.freeze();
    const second = await takeOver(rival, 'b');
    expect(await claim(rival, second, 'run 2', 'run 1')).toEqual({ outcome: 'recorded' });
    await rival.release({ ...second, ledger: {} });
    quorum.servers[2]!.thaw();
    quorum.servers[0]!.freeze();
    expect((await takeOver(store, 'a')).ledger).toEqual({ slot: 'run 2' });
    quorum.servers[0]!.thaw();
  });

  it('goes on taking claims with any majority, though each server has missed another one', async () => {
    const lease = await takeOver(store, 'a');
    let last: string | null = null;
    for (const [i, server] of [...quorum.servers, ...quorum.servers].entries()) {
      server.freeze();
      const value = `run ${i}`;
      const before = last;
      const reply = await until(() => claim(store, lease, value, before), {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(reply).toEqual({ outcome: 'recorded' });
      last = value;
      server.thaw();
    }
    expect(await claim(store, lease, 'stale', 'run 0')).toEqual({ outcome: 'conflict', current: last });
  });

  it('takes nothing from a holder who has lost the votes of a majority', async () => {
    const lease = await takeOver(store, 'a');
    await Promise.all([0, 1].map((i) => quorum.operators[i]!.del(KEY)));
    const next = await takeOver(rival, 'b');
    expect(await claim(store, lease, 'late', null)).toEqual({ outcome: 'lost', holder: 'b' });
    expect(await claim(rival, next, 'run 1', null)).toEqual({ outcome: 'recorded' });
  });

  it('keeps what was written after a command that comes late', async () => {
    const proxies = await Promise.all(quorum.servers.map((server) => TcpProxy.start(server)));
    const behind = await quorum.open({ nodes: proxies.map(({ url }) => url), commandTimeout: LIMIT });
    const lease = await until(() => lead(behind, KEY, 'a', { ttl: TTL }), { what: 'the lease' });
    const write = (value: string) => behind.record({ ...lease, field: 'start', value });
    for (const proxy of proxies) proxy.blackhole('requests');
    expect(await write('1')).toMatchObject({ outcome: 'unknown' });
    for (const proxy of proxies) proxy.heal();
    await until(() => write('2'), { what: 'the write', satisfies: ({ outcome }) => outcome === 'recorded' });
    await until(() => renew(behind, lease, { ttl: TTL }), {
      what: 'a renewal',
      satisfies: ({ outcome }) => outcome === 'renewed',
    });
    expect((await takeOver(rival, 'a')).ledger).toEqual({ start: '2' });
  });
});
