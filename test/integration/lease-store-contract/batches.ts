import { describe, expect, it } from '@jest/globals';
import { expectToRise, LONG_TTL as LONG } from '../../support/leases.js';
import { type Context, MIDDLE } from './context.js';

export function batchesContract(context: Context): void {
  const { lead, renew, ledgerOf, newKey } = context;

  describe('many requests in one call', () => {
    it('are as good as one each: 1,000 leases acquired, renewed, looked at and refused', async () => {
      const names = Array.from({ length: 1_000 }, newKey);
      const acquired = await context.store.acquire(
        names.map((key) => ({ key, holder: 'a', ttl: LONG, tokenFloor: 0 })),
      );
      expect(acquired).toHaveLength(1_000);
      const leases = acquired.map((reply, i) => {
        if (reply.outcome !== 'acquired') throw new Error(JSON.stringify(reply));
        return { key: names[i]!, holder: 'a', token: reply.token };
      });
      const renewed = await context.store.renew(
        leases.map((lease) => ({ ...lease, ttl: LONG, ledger: { of: lease.key } })),
      );
      expect(renewed).toHaveLength(1_000);
      expect(new Set(renewed.map(({ outcome }) => outcome))).toEqual(new Set(['renewed']));
      const views = await context.store.inspect(names);
      expect(views.map(({ key, token }) => ({ key, holder: 'a', token }))).toEqual(leases);
      const refused = await context.other.acquire(
        names.map((key) => ({ key, holder: 'b', ttl: LONG, tokenFloor: 0 })),
      );
      expect(refused).toHaveLength(1_000);
      expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['held']));
      for (const key of [names[0]!, names[499]!, names[999]!])
        expect(await ledgerOf(key, 'a')).toEqual({ of: key });
    }, 90_000);

    it('each have their own outcome when they acquire', async () => {
      const [free, own, held, disabled] = [newKey(), newKey(), newKey(), newKey()];
      await lead(own, 'a');
      await lead(held, 'b');
      await context.set(disabled, 'DISABLED');
      const replies = await context.store.acquire(
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
      await context.delete(gone);
      await context.set(stolen, 'thief');
      const older = leases[3]!;
      const newer = await lead(second, 'a');
      const replies = await context.store.renew(
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
      const [first, second, third] = await context.store.acquire([
        { key: one, holder: 'a', ttl: LONG, tokenFloor: 0 },
        { key: two, holder: 'b', ttl: LONG, tokenFloor: 0 },
        { key: three, holder: 'b', ttl: MIDDLE, tokenFloor: 0 },
      ]);
      expect([first, second, third]).toMatchObject(Array(3).fill({ outcome: 'acquired' }));
      const views = await context.store.inspect([one, two, three]);
      expect(views).toMatchObject([{ holder: 'a' }, { holder: 'b' }, { holder: 'b' }]);
      expect(views[2]?.ttl).toBeLessThanOrEqual(MIDDLE);
      const tokens = views.map(({ token }) => token!);
      const renewed = await context.store.renew([
        { key: three, holder: 'b', token: tokens[2]!, ttl: LONG, ledger: {} },
        { key: one, holder: 'a', token: tokens[0]!, ttl: MIDDLE, ledger: {} },
      ]);
      expect(renewed).toMatchObject([{ outcome: 'renewed' }, { outcome: 'renewed' }]);
      const [after, , last] = await context.store.inspect([one, two, three]);
      expect(after?.ttl).toBeLessThanOrEqual(MIDDLE);
      expect(last?.ttl).toBeGreaterThan(LONG / 2);
    });

    it('may name a key twice: the later one counts', async () => {
      const key = newKey();
      const request = { key, holder: 'a', ttl: LONG, tokenFloor: 0 };
      const [first, second] = await context.store.acquire([request, request]);
      if (first?.outcome !== 'acquired' || second?.outcome !== 'acquired') throw new Error('not acquired');
      expectToRise([first.token, second.token]);
      expect(await renew({ key, holder: 'a', token: first.token })).toMatchObject({ outcome: 'lost' });
      expect(await renew({ key, holder: 'a', token: second.token })).toMatchObject({ outcome: 'renewed' });
    });

    it('may be none at all', async () => {
      const { store } = context;
      expect(await Promise.all([store.acquire([]), store.renew([]), store.inspect([])])).toEqual([
        [],
        [],
        [],
      ]);
    });
  });
}
