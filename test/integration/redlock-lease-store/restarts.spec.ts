import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HeldLease, LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, LONG_TTL, renew } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
const TTL = 1_500;
const TOKEN = `{${KEY}}:token`;
const LEDGER = `{${KEY}}:ledger`;

describe('RedlockLeaseStore, when a server has lost what it stored,', () => {
  let quorum: RedisQuorum;
  let store: LeaseStore;
  let rival: LeaseStore;

  beforeEach(async () => {
    quorum = await RedisQuorum.start(3);
    store = await quorum.open();
    rival = await quorum.open();
  });
  afterEach(cleanUpAll);

  /** How many servers have the lease under this token. */
  async function votesFor(holder: string, token: number): Promise<number> {
    const states = await quorum.each((operator) => operator.mget(KEY, TOKEN));
    return states.filter(([value, number]) => value === holder && number === String(token)).length;
  }

  async function renewUntilAllHaveIt(lease: HeldLease, ttl = LONG_TTL): Promise<void> {
    await until(
      async () => {
        expect(await renew(store, lease, { ttl })).toMatchObject({ outcome: 'renewed' });
        return votesFor(lease.holder, lease.token);
      },
      { what: 'every server to have the lease', satisfies: (votes) => votes === 3 },
    );
  }

  it('gives it back from the living leader: the lease, its token and the whole ledger', async () => {
    const lease = await lead(store, KEY, 'a');
    await renew(store, lease, { ledger: { start: '1' } });
    await store.record({ ...lease, field: 'slot', value: '2', expected: null });
    await renewUntilAllHaveIt(lease);
    await quorum.servers[1]!.restart();
    await renewUntilAllHaveIt(lease);
    expect(await quorum.operators[1]!.hgetall(LEDGER)).toEqual({
      start: expect.stringMatching(/ 1$/),
      slot: expect.stringMatching(/ 2$/),
    });
  });

  it('so that all may restart, one after the other, and nothing is forgotten', async () => {
    const lease = await lead(store, KEY, 'a');
    await store.record({ ...lease, field: 'slot', value: '2', expected: null });
    await renewUntilAllHaveIt(lease);
    for (const server of quorum.servers) {
      await server.restart();
      expect(
        await until(() => acquire(rival, KEY, 'b'), {
          what: 'an answer',
          satisfies: ({ outcome }) => outcome !== 'unknown',
        }),
      ).toMatchObject({ outcome: 'held', holder: 'a' });
      await renewUntilAllHaveIt(lease);
    }
    await store.release({ ...lease, ledger: {} });
    const next = await acquire(rival, KEY, 'b');
    expect(next).toMatchObject({ outcome: 'acquired', ledger: { slot: '2' } });
    expectToRise([lease.token, next.outcome === 'acquired' ? next.token : 0]);
  });

  it('gives it back to one that was away until the lease expired there, with the writes it missed', async () => {
    const lease = await lead(store, KEY, 'a', { ttl: TTL });
    await renewUntilAllHaveIt(lease, TTL);
    const away = quorum.servers[2]!;
    away.freeze();
    const frozenAt = performance.now();
    await until(
      () => renew(store, lease, { ledger: { start: '1' } }).then(() => performance.now() - frozenAt),
      {
        what: 'the lease to expire there',
        satisfies: (time) => time > TTL,
      },
    );
    away.thaw();
    await renewUntilAllHaveIt(lease);
    await until(() => renew(store, lease).then(() => quorum.operators[2]!.hget(LEDGER, 'start')), {
      what: 'the ledger',
      satisfies: (entry) => entry?.endsWith(' 1') ?? false,
    });
  });

  it('takes no part of it that an operator has disabled, and ends no term for a minority', async () => {
    const lease = await lead(store, KEY, 'a');
    await renewUntilAllHaveIt(lease);
    await quorum.operators[0]!.set(KEY, 'DISABLED');
    for (let i = 0; i < 3; i += 1) expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
    expect(await quorum.operators[0]!.get(KEY)).toBe('DISABLED');
    await quorum.operators[1]!.set(KEY, 'DISABLED');
    expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: 'DISABLED' });
    expect(await acquire(rival, KEY, 'b')).toMatchObject({ outcome: 'held', holder: 'DISABLED' });
    expect(await votesFor('a', lease.token)).toBe(1);
  });

  it('cannot tell who leads if that leaves a majority without the lease: two hold it, and the larger token tells', async () => {
    const [, second, third] = quorum.servers;
    await third!.crash();
    const lease = await lead(store, KEY, 'a');
    await Promise.all([second!.restart(), third!.restart()]);
    const other = await until(() => lead(rival, KEY, 'b'), { what: 'the second holder' });
    // Until its next renewal, "a" trusts a lease that only one server still knows of. The token of "b" rose by the clock.
    expectToRise([lease.token, other.token]);
    const answer = await until(() => renew(store, lease), {
      what: 'an answer',
      satisfies: ({ outcome }) => outcome !== 'unknown',
    });
    expect(answer).toEqual({ outcome: 'lost', holder: 'b' });
  });
});
