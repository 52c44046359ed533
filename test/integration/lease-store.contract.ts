import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcquireReply, HeldLease, LeaseRef, LeaseStore, LeaseView } from 'nestjs-background-services';
import * as leases from '../support/leases.js';
import { expectToRise, LONG_TTL as LONG } from '../support/leases.js';
import { until } from '../support/until.js';

/** A store with what an operator can do to it from outside. */
export interface StoreUnderTest {
  /** As one replica sees it. */
  readonly store: LeaseStore;
  /** As another one does. */
  readonly other: LeaseStore;
  /** `SET key holder`, with `PX ttl` if given. */
  set(key: string, holder: string, ttl?: number): Promise<void>;
  /** `DEL key`. */
  delete(key: string): Promise<void>;
  /** `FLUSHALL`: leases, tokens and ledgers are gone. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** TTLs in ms: one that can be told from the long one, though no test outlives it either, and one to wait for. */
const MIDDLE = 20_000;
const SHORT = 150;

/** What every adapter of the port promises, on real time. */
export function describeLeaseStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let outside: StoreUnderTest;
    let keys = 0;

    beforeAll(async () => void (outside = await open()));
    afterAll(() => outside.close());

    const newKey = () => `contract:${(keys += 1)}`;

    type Options = NonNullable<Parameters<typeof leases.acquire>[3]> & { readonly store?: LeaseStore };
    const acquire = (key: string, holder: string, { store = outside.store, ...options }: Options = {}) =>
      leases.acquire(store, key, holder, options);
    const lead = (key: string, holder: string, { store = outside.store, ...options }: Options = {}) =>
      leases.lead(store, key, holder, options);
    const renew = (lease: HeldLease, options?: Parameters<typeof leases.renew>[2]) =>
      leases.renew(outside.store, lease, options);

    async function ledgerOf(key: string, holder: string) {
      const reply = await acquire(key, holder);
      return reply.outcome === 'acquired' ? reply.ledger : reply;
    }

    async function look(key: string): Promise<LeaseView> {
      const [view] = await outside.store.inspect([key]);
      return view!;
    }

    const expired = (key: string) =>
      until(() => look(key), { what: 'the expiry', satisfies: ({ holder }) => holder === null, every: 5 });

    describe('acquire', () => {
      it('gives a free lease, with a token, the empty ledger, and the time of the store', async () => {
        const before = Date.now();
        const reply = await acquire(newKey(), 'a');
        expect(reply).toMatchObject({ outcome: 'acquired', ledger: {} });
        if (reply.outcome !== 'acquired') return;
        expect(Number.isSafeInteger(reply.token)).toBe(true);
        expect(reply.storeTime).toBeGreaterThanOrEqual(before - 1);
        expect(reply.storeTime).toBeLessThanOrEqual(Date.now() + 1);
        expect(reply.token).toBeGreaterThanOrEqual(Math.floor(reply.storeTime));
      });

      it('is idempotent for its own holder, and makes a new token each time', async () => {
        const key = newKey();
        const tokens: number[] = [];
        for (let i = 0; i < 20; i += 1) tokens.push((await lead(key, 'a')).token);
        expectToRise(tokens);
        expect(await acquire(key, 'b')).toMatchObject({ outcome: 'held', holder: 'a' });
      });

      it('gives its own holder the whole TTL again', async () => {
        const key = newKey();
        await lead(key, 'a', { ttl: MIDDLE });
        await lead(key, 'a', { ttl: LONG });
        expect((await look(key)).ttl).toBeGreaterThan(LONG / 2);
      });

      it('tells others who holds it and for how long', async () => {
        const key = newKey();
        await lead(key, 'a', { ttl: LONG });
        const reply = await acquire(key, 'b', { store: outside.other });
        expect(reply).toEqual({ outcome: 'held', holder: 'a', ttl: expect.any(Number) });
        if (reply.outcome !== 'held') return;
        expect(reply.ttl).toBeGreaterThan(LONG / 2);
        expect(reply.ttl).toBeLessThanOrEqual(LONG);
      });

      it('respects whoever an operator put there, for ever or for a while', async () => {
        const key = newKey();
        await outside.set(key, 'DISABLED');
        expect(await acquire(key, 'a')).toEqual({ outcome: 'held', holder: 'DISABLED', ttl: null });
        await outside.set(key, 'DISABLED', MIDDLE);
        expect(await acquire(key, 'a')).toEqual({
          outcome: 'held',
          holder: 'DISABLED',
          ttl: expect.any(Number),
        });
        await outside.set(key, 'DISABLED', SHORT);
        await expired(key);
        expect(await acquire(key, 'a')).toMatchObject({ outcome: 'acquired' });
      });

      it('has one winner among many', async () => {
        const key = newKey();
        const replies = await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            acquire(key, `replica-${i}`, { store: i % 2 ? outside.store : outside.other }),
          ),
        );
        expect(replies.filter(({ outcome }) => outcome === 'acquired')).toHaveLength(1);
        expect(replies.filter(({ outcome }) => outcome === 'held')).toHaveLength(49);
      });

      it('keeps others out for the whole TTL, and no longer', async () => {
        const key = newKey();
        const sentAt = performance.now();
        await lead(key, 'a', { ttl: SHORT });
        await until(() => acquire(key, 'b'), {
          what: 'b to get it',
          satisfies: ({ outcome }) => outcome === 'acquired',
          timeout: 20 * SHORT,
          every: 1,
        });
        expect(performance.now() - sentAt).toBeGreaterThanOrEqual(SHORT);
      });

      it('takes a TTL that is no whole number', async () => {
        const key = newKey();
        const lease = await lead(key, 'a', { ttl: LONG + 0.5 });
        expect(await renew(lease, { ttl: LONG + 0.5 })).toMatchObject({ outcome: 'renewed' });
      });
    });

    describe('the fencing token', () => {
      it('rises through release, expiry, deletion, disabling and theft', async () => {
        const key = newKey();
        const first = await lead(key, 'a');
        await outside.store.release({ ...first, ledger: {} });
        const second = await lead(key, 'b', { ttl: SHORT });
        await expired(key);
        const third = await lead(key, 'a');
        await outside.delete(key);
        const fourth = await lead(key, 'b');
        await outside.set(key, 'DISABLED', SHORT);
        await expired(key);
        const fifth = await lead(key, 'a');
        await outside.set(key, 'c');
        const sixth = await lead(key, 'c');
        expectToRise([first, second, third, fourth, fifth, sixth].map(({ token }) => token));
      });

      it('is above the floor, and goes on from there', async () => {
        const key = newKey();
        const tokenFloor = Date.now() + 3_600_000;
        expect((await lead(key, 'a', { tokenFloor })).token).toBe(tokenFloor + 1);
        expect((await lead(key, 'a')).token).toBe(tokenFloor + 2);
        expect((await lead(key, 'a', { tokenFloor: 5 })).token).toBe(tokenFloor + 3);
      });

      it('rises though the store has lost everything, by the clock', async () => {
        const key = newKey();
        const { token } = await lead(key, 'a');
        await outside.wipe();
        await until(() => Date.now() > token, { what: 'the clock to tick', every: 1 });
        expectToRise([token, (await lead(key, 'b')).token]);
      });

      it('rises though the store has lost everything and its clock is behind, by the floor', async () => {
        const key = newKey();
        const { token } = await lead(key, 'a', { tokenFloor: Date.now() + 3_600_000 });
        await outside.wipe();
        expect((await lead(key, 'b', { tokenFloor: token })).token).toBe(token + 1);
      });
    });

    describe('renew', () => {
      it('prolongs the lease, and tells the time of the store', async () => {
        const key = newKey();
        const lease = await lead(key, 'a', { ttl: MIDDLE });
        const before = Date.now();
        const reply = await renew(lease);
        expect(reply).toEqual({ outcome: 'renewed', storeTime: expect.any(Number) });
        expect(reply.outcome === 'renewed' && reply.storeTime).toBeGreaterThanOrEqual(before - 1);
        expect((await look(key)).ttl).toBeGreaterThan(LONG / 2);
      });

      it('leaves the token as it is', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        await renew(lease);
        expect((await look(key)).token).toBe(lease.token);
      });

      it('never creates a lease: not after its expiry, not after its deletion', async () => {
        const key = newKey();
        const lease = await lead(key, 'a', { ttl: SHORT });
        await expired(key);
        expect(await renew(lease)).toEqual({ outcome: 'lost', holder: null });
        const again = await lead(key, 'a');
        await outside.delete(key);
        expect(await renew(again)).toEqual({ outcome: 'lost', holder: null });
        expect(await look(key)).toMatchObject({ holder: null, ttl: null });
      });

      it('never creates a lease that was never there', async () => {
        const key = newKey();
        expect(await renew({ key, holder: 'a', token: 1 })).toEqual({ outcome: 'lost', holder: null });
        expect(await look(key)).toEqual({ key, holder: null, ttl: null, token: null });
      });

      it('refuses another holder, names the one there is, and leaves that one alone', async () => {
        const key = newKey();
        const { token } = await lead(key, 'a', { ttl: MIDDLE });
        expect(await renew({ key, holder: 'b', token })).toEqual({ outcome: 'lost', holder: 'a' });
        expect((await look(key)).ttl).toBeLessThanOrEqual(MIDDLE);
      });

      it.each([-1, +1])('refuses its own holder with a token that is off by %d', async (off) => {
        const key = newKey();
        const lease = await lead(key, 'a', { ttl: MIDDLE });
        expect(await renew({ ...lease, token: lease.token + off })).toEqual({ outcome: 'lost', holder: 'a' });
        expect((await look(key)).ttl).toBeLessThanOrEqual(MIDDLE);
      });

      it('refuses the older token after its holder has acquired again', async () => {
        const key = newKey();
        const older = await lead(key, 'a');
        const newer = await lead(key, 'a');
        expect(await renew(older)).toEqual({ outcome: 'lost', holder: 'a' });
        expect(await renew(newer)).toMatchObject({ outcome: 'renewed' });
      });

      it('is refused while the key is disabled', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        await outside.set(key, 'DISABLED');
        expect(await renew(lease)).toEqual({ outcome: 'lost', holder: 'DISABLED' });
        expect(await look(key)).toMatchObject({ holder: 'DISABLED', ttl: null });
      });
    });

    describe('release', () => {
      it('frees the lease at once', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        expect(await outside.store.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
        expect(await look(key)).toMatchObject({ holder: null, token: lease.token });
        expect(await acquire(key, 'b')).toMatchObject({ outcome: 'acquired' });
      });

      it('frees its own holder and token only', async () => {
        const key = newKey();
        const older = await lead(key, 'a');
        const lease = await lead(key, 'a');
        const { store } = outside;
        const refused = { outcome: 'lost', holder: 'a' };
        expect(await store.release({ ...older, ledger: { x: '1' } })).toEqual(refused);
        expect(await store.release({ ...lease, holder: 'b', ledger: { x: '1' } })).toEqual(refused);
        expect(await renew(lease)).toMatchObject({ outcome: 'renewed' });
        expect(await ledgerOf(key, 'a')).toEqual({});
      });

      it('is refused the second time, and once the lease has expired', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        await outside.store.release({ ...lease, ledger: {} });
        expect(await outside.store.release({ ...lease, ledger: {} })).toEqual({
          outcome: 'lost',
          holder: null,
        });
        const short = await lead(key, 'a', { ttl: SHORT });
        await expired(key);
        expect(await outside.store.release({ ...short, ledger: {} })).toEqual({
          outcome: 'lost',
          holder: null,
        });
      });
    });

    describe('watch', () => {
      it('hears of releases by anybody, and of nothing else', async () => {
        const heard: LeaseRef[] = [];
        const stop = outside.store.watch((release) => heard.push(release));
        const [mine, theirs, deleted, refused] = [newKey(), newKey(), newKey(), newKey()];
        await lead(deleted, 'a');
        await outside.delete(deleted);
        await outside.store.release({ ...(await lead(refused, 'a')), holder: 'b', ledger: {} });
        await lead(newKey(), 'a', { ttl: 1 });
        await outside.store.release({ ...(await lead(mine, 'a')), ledger: {} });
        await outside.other.release({ ...(await lead(theirs, 'b', { store: outside.other })), ledger: {} });
        const count = { what: 'two releases', satisfies: (length: number) => length >= 2 };
        await until(() => heard.length, count);
        expect(heard).toEqual([
          { key: mine, holder: 'a' },
          { key: theirs, holder: 'b' },
        ]);
        stop();
      });

      it('is heard of no more once stopped, by whoever stopped it', async () => {
        const heard: string[] = [];
        const stop = outside.store.watch(({ key }) => heard.push(`stopped ${key}`));
        const key = newKey();
        const stopOther = outside.store.watch((release) => heard.push(release.key));
        stop();
        stop();
        await outside.other.release({ ...(await lead(key, 'a')), ledger: {} });
        await until(() => heard.length > 0, { what: 'the release' });
        expect(heard).toEqual([key]);
        stopOther();
      });

      it('hears of a release no earlier than the lease is free', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        const successor = new Promise<AcquireReply>((resolve, reject) => {
          const stop = outside.other.watch((release) => {
            if (release.key !== key) return;
            stop();
            acquire(key, 'b', { store: outside.other }).then(resolve, reject);
          });
        });
        await outside.store.release({ ...lease, ledger: {} });
        expect(await successor).toMatchObject({ outcome: 'acquired' });
      });
    });

    describe('record', () => {
      const record = (lease: HeldLease, value: string, expected?: string | null, field = 'slot') =>
        outside.store.record({ ...lease, field, value, ...(expected === undefined ? {} : { expected }) });

      it('writes anyway if nothing is expected', async () => {
        const lease = await lead(newKey(), 'a');
        expect(await record(lease, '1')).toEqual({ outcome: 'recorded' });
        expect(await record(lease, '2')).toEqual({ outcome: 'recorded' });
        expect(await ledgerOf(lease.key, 'a')).toEqual({ slot: '2' });
      });

      it('writes only where nothing is, if null is expected', async () => {
        const lease = await lead(newKey(), 'a');
        expect(await record(lease, '1', null)).toEqual({ outcome: 'recorded' });
        expect(await record(lease, '2', null)).toEqual({ outcome: 'conflict', current: '1' });
        expect(await ledgerOf(lease.key, 'a')).toEqual({ slot: '1' });
      });

      it('writes only over the value that is expected', async () => {
        const lease = await lead(newKey(), 'a');
        expect(await record(lease, '1', '0')).toEqual({ outcome: 'conflict', current: null });
        await record(lease, '1');
        expect(await record(lease, '2', '0')).toEqual({ outcome: 'conflict', current: '1' });
        expect(await record(lease, '2', '1')).toEqual({ outcome: 'recorded' });
        expect(await ledgerOf(lease.key, 'a')).toEqual({ slot: '2' });
      });

      it('succeeds again for a value that is there already: its reply may have been lost', async () => {
        const lease = await lead(newKey(), 'a');
        for (const expected of [null, null, '0', '1', undefined])
          expect(await record(lease, '1', expected)).toEqual({ outcome: 'recorded' });
        expect(await ledgerOf(lease.key, 'a')).toEqual({ slot: '1' });
      });

      it('tells an empty value from none', async () => {
        const lease = await lead(newKey(), 'a');
        expect(await record(lease, '1', '')).toEqual({ outcome: 'conflict', current: null });
        expect(await record(lease, '')).toEqual({ outcome: 'recorded' });
        expect(await record(lease, '1', null)).toEqual({ outcome: 'conflict', current: '' });
        expect(await record(lease, '1', '')).toEqual({ outcome: 'recorded' });
      });

      it('has one winner among many that expect the same', async () => {
        const lease = await lead(newKey(), 'a');
        const replies = await Promise.all(
          Array.from({ length: 20 }, (_, i) => record(lease, `run-${i}`, null)),
        );
        const winners = replies.flatMap(({ outcome }, i) => (outcome === 'recorded' ? [`run-${i}`] : []));
        expect(winners).toHaveLength(1);
        expect(await ledgerOf(lease.key, 'a')).toEqual({ slot: winners[0] });
      });

      it('writes nothing for another holder, another token, or a lease that is gone', async () => {
        const older = await lead(newKey(), 'a');
        const lease = await lead(older.key, 'a');
        expect(await record({ ...lease, holder: 'b' }, '1')).toEqual({ outcome: 'lost', holder: 'a' });
        expect(await record(older, '1')).toEqual({ outcome: 'lost', holder: 'a' });
        await outside.delete(lease.key);
        expect(await record(lease, '1')).toEqual({ outcome: 'lost', holder: null });
        expect(await ledgerOf(lease.key, 'b')).toEqual({});
        expect(await record(lease, '1')).toEqual({ outcome: 'lost', holder: 'b' });
        expect(await ledgerOf(lease.key, 'b')).toEqual({});
      });

      it('does not prolong the lease', async () => {
        const lease = await lead(newKey(), 'a', { ttl: MIDDLE });
        await record(lease, '1');
        expect((await look(lease.key)).ttl).toBeLessThanOrEqual(MIDDLE);
      });

      it.each([
        ['an empty value', 'slot', ''],
        ['line breaks and quotes', 'a "field"\n', '{"a":\r\n"\0"}'],
        ['all of Unicode', 'naïve:漢字', '😀 \u2028'],
        ['a number that floats cannot hold', 'n', '9007199254740993'],
        ['a name that objects have already', '__proto__', 'x'],
        ['100 KB', 'big', 'x'.repeat(100_000)],
      ])('keeps %s as it is', async (_what, field, value) => {
        const lease = await lead(newKey(), 'a');
        expect(await record(lease, value, null, field)).toEqual({ outcome: 'recorded' });
        expect(Object.entries(await ledgerOf(lease.key, 'a'))).toEqual([[field, value]]);
      });
    });

    describe('the ledger', () => {
      it('goes to the next holder: saved by record, renewal and release alike', async () => {
        const key = newKey();
        const lease = await lead(key, 'a');
        await outside.store.record({ ...lease, field: 'slot', value: '1' });
        await renew(lease, { ledger: { start: '2', breaker: 'open' } });
        await outside.store.release({ ...lease, ledger: { start: '3', last: '4' } });
        expect(await ledgerOf(key, 'b')).toEqual({ slot: '1', start: '3', breaker: 'open', last: '4' });
      });

      it('outlives expiry, deletion and theft of the lease', async () => {
        const key = newKey();
        await renew(await lead(key, 'a'), { ttl: SHORT, ledger: { start: '1' } });
        await expired(key);
        expect(await ledgerOf(key, 'b')).toEqual({ start: '1' });
        await outside.delete(key);
        expect(await ledgerOf(key, 'c')).toEqual({ start: '1' });
        await outside.set(key, 'd');
        expect(await ledgerOf(key, 'd')).toEqual({ start: '1' });
      });

      it('takes nothing from a renewal or a release that is refused', async () => {
        const key = newKey();
        const older = await lead(key, 'a');
        await lead(key, 'a');
        await renew(older, { ledger: { start: '1' } });
        await outside.store.release({ ...older, ledger: { start: '2' } });
        expect(await ledgerOf(key, 'a')).toEqual({});
      });

      it('belongs to one key alone', async () => {
        const [key, neighbour] = [newKey(), newKey()];
        await renew(await lead(key, 'a'), { ledger: { start: '1' } });
        expect(await ledgerOf(neighbour, 'a')).toEqual({});
      });

      it('takes thousands of entries at once', async () => {
        const key = newKey();
        const entries = (from: number) =>
          Object.fromEntries(
            Array.from({ length: 2_501 }, (_, i) => [`start:${from + i}`, String(from + i)]),
          );
        const lease = await lead(key, 'a');
        expect(await renew(lease, { ledger: entries(0) })).toMatchObject({ outcome: 'renewed' });
        await outside.store.release({ ...lease, ledger: entries(5_000) });
        expect(await ledgerOf(key, 'b')).toEqual({ ...entries(0), ...entries(5_000) });
      });
    });

    describe('inspect', () => {
      it('tells holder, time left and token of each key, in order', async () => {
        const [free, held, disabled] = [newKey(), newKey(), newKey()];
        const { token } = await lead(held, 'a', { ttl: LONG });
        await outside.set(disabled, 'DISABLED');
        const views = await outside.other.inspect([free, held, disabled, held]);
        const view = { key: held, holder: 'a', ttl: expect.any(Number), token };
        expect(views).toEqual([
          { key: free, holder: null, ttl: null, token: null },
          view,
          { key: disabled, holder: 'DISABLED', ttl: null, token: null },
          view,
        ]);
        expect(views[1]?.ttl).toBeGreaterThan(LONG / 2);
        expect(views[1]?.ttl).toBeLessThanOrEqual(LONG);
      });

      it('touches nothing', async () => {
        const lease = await lead(newKey(), 'a', { ttl: MIDDLE });
        for (let i = 0; i < 5; i += 1) await look(lease.key);
        expect((await look(lease.key)).ttl).toBeLessThanOrEqual(MIDDLE);
        expect(await renew(lease)).toMatchObject({ outcome: 'renewed' });
      });
    });

    describe('many requests in one call', () => {
      it('are as good as one each: 1,000 leases acquired, renewed, looked at and refused', async () => {
        const names = Array.from({ length: 1_000 }, newKey);
        const acquired = await outside.store.acquire(
          names.map((key) => ({ key, holder: 'a', ttl: LONG, tokenFloor: 0 })),
        );
        expect(acquired).toHaveLength(1_000);
        const leases = acquired.map((reply, i) => {
          if (reply.outcome !== 'acquired') throw new Error(JSON.stringify(reply));
          return { key: names[i]!, holder: 'a', token: reply.token };
        });
        const renewed = await outside.store.renew(
          leases.map((lease) => ({ ...lease, ttl: LONG, ledger: { of: lease.key } })),
        );
        expect(renewed).toHaveLength(1_000);
        expect(new Set(renewed.map(({ outcome }) => outcome))).toEqual(new Set(['renewed']));
        const views = await outside.store.inspect(names);
        expect(views.map(({ key, token }) => ({ key, holder: 'a', token }))).toEqual(leases);
        const refused = await outside.other.acquire(
          names.map((key) => ({ key, holder: 'b', ttl: LONG, tokenFloor: 0 })),
        );
        expect(refused).toHaveLength(1_000);
        expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['held']));
        for (const key of [names[0]!, names[499]!, names[999]!])
          expect(await ledgerOf(key, 'a')).toEqual({ of: key });
      });

      it('each have their own outcome when they acquire', async () => {
        const [free, own, held, disabled] = [newKey(), newKey(), newKey(), newKey()];
        await lead(own, 'a');
        await lead(held, 'b');
        await outside.set(disabled, 'DISABLED');
        const replies = await outside.store.acquire(
          [held, free, disabled, own].map((key) => ({ key, holder: 'a', ttl: LONG, tokenFloor: 0 })),
        );
        expect(replies).toMatchObject([
          { outcome: 'held', holder: 'b' },
          { outcome: 'acquired' },
          { outcome: 'held', holder: 'DISABLED', ttl: null },
          { outcome: 'acquired' },
        ]);
      });

      it('each have their own outcome and ledger when they renew', async () => {
        const [gone, stolen, first, second] = [newKey(), newKey(), newKey(), newKey()];
        const leases = await Promise.all([gone, stolen, first, second].map((key) => lead(key, 'a')));
        await outside.delete(gone);
        await outside.set(stolen, 'thief');
        const older = leases[3]!;
        const newer = await lead(second, 'a');
        const replies = await outside.store.renew(
          [...leases, newer].map((lease, i) => ({ ...lease, ttl: LONG, ledger: { by: String(i) } })),
        );
        expect(replies).toEqual([
          { outcome: 'lost', holder: null },
          { outcome: 'lost', holder: 'thief' },
          { outcome: 'renewed', storeTime: expect.any(Number) },
          { outcome: 'lost', holder: 'a' },
          { outcome: 'renewed', storeTime: expect.any(Number) },
        ]);
        expect(newer.token).toBeGreaterThan(older.token);
        expect(await ledgerOf(gone, 'a')).toEqual({});
        expect(await ledgerOf(first, 'a')).toEqual({ by: '2' });
        expect(await ledgerOf(second, 'a')).toEqual({ by: '4' });
      });

      it('each count with their own holder and TTL', async () => {
        const [one, two, three] = [newKey(), newKey(), newKey()];
        const [first, second, third] = await outside.store.acquire([
          { key: one, holder: 'a', ttl: LONG, tokenFloor: 0 },
          { key: two, holder: 'b', ttl: LONG, tokenFloor: 0 },
          { key: three, holder: 'b', ttl: MIDDLE, tokenFloor: 0 },
        ]);
        expect([first, second, third]).toMatchObject(Array(3).fill({ outcome: 'acquired' }));
        const views = await outside.store.inspect([one, two, three]);
        expect(views).toMatchObject([{ holder: 'a' }, { holder: 'b' }, { holder: 'b' }]);
        expect(views[2]?.ttl).toBeLessThanOrEqual(MIDDLE);
        const tokens = views.map(({ token }) => token!);
        const renewed = await outside.store.renew([
          { key: three, holder: 'b', token: tokens[2]!, ttl: LONG, ledger: {} },
          { key: one, holder: 'a', token: tokens[0]!, ttl: MIDDLE, ledger: {} },
        ]);
        expect(renewed).toMatchObject([{ outcome: 'renewed' }, { outcome: 'renewed' }]);
        const [after, , last] = await outside.store.inspect([one, two, three]);
        expect(after?.ttl).toBeLessThanOrEqual(MIDDLE);
        expect(last?.ttl).toBeGreaterThan(LONG / 2);
      });

      it('may name a key twice: the later one counts', async () => {
        const key = newKey();
        const request = { key, holder: 'a', ttl: LONG, tokenFloor: 0 };
        const [first, second] = await outside.store.acquire([request, request]);
        if (first?.outcome !== 'acquired' || second?.outcome !== 'acquired') throw new Error('not acquired');
        expectToRise([first.token, second.token]);
        expect(await renew({ key, holder: 'a', token: first.token })).toMatchObject({ outcome: 'lost' });
        expect(await renew({ key, holder: 'a', token: second.token })).toMatchObject({ outcome: 'renewed' });
      });

      it('may be none at all', async () => {
        const { store } = outside;
        expect(await Promise.all([store.acquire([]), store.renew([]), store.inspect([])])).toEqual([
          [],
          [],
          [],
        ]);
      });
    });
  });
}
