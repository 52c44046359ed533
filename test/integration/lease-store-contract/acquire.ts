import { describe, expect, it } from '@jest/globals';
import { expectToRise, LONG_TTL as LONG } from '../../support/leases.js';
import { until } from '../../support/until.js';
import { type Context, MIDDLE, SHORT } from './context.js';

export function acquireContract(context: Context): void {
  const { acquire, lead, renew, look, expired, newKey } = context;

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
      const reply = await acquire(key, 'b', { store: context.other });
      expect(reply).toEqual({ outcome: 'held', holder: 'a', ttl: expect.any(Number) });
      if (reply.outcome !== 'held') return;
      expect(reply.ttl).toBeGreaterThan(LONG / 2);
      expect(reply.ttl).toBeLessThanOrEqual(LONG);
    });

    it('respects whoever an operator put there, for ever or for a while', async () => {
      const key = newKey();
      await context.set(key, 'DISABLED');
      expect(await acquire(key, 'a')).toEqual({ outcome: 'held', holder: 'DISABLED', ttl: null });
      await context.set(key, 'DISABLED', MIDDLE);
      expect(await acquire(key, 'a')).toEqual({
        outcome: 'held',
        holder: 'DISABLED',
        ttl: expect.any(Number),
      });
      await context.set(key, 'DISABLED', SHORT);
      await expired(key);
      expect(await acquire(key, 'a')).toMatchObject({ outcome: 'acquired' });
    });

    it('has one winner among many', async () => {
      const key = newKey();
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          acquire(key, `replica-${i}`, { store: i % 2 ? context.store : context.other }),
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
}
