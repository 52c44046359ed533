import { describe, expect, it } from '@jest/globals';
import { type Context, SHORT } from './context.js';

export function ledgerContract(context: Context): void {
  const { lead, renew, ledgerOf, expired, newKey } = context;

  describe('the ledger', () => {
    it('goes to the next holder: saved by record, renewal and release alike', async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      await context.store.record({ ...lease, field: 'slot', value: '1' });
      await renew(lease, { ledger: { start: '2', breaker: 'open' } });
      await context.store.release({ ...lease, ledger: { start: '3', last: '4' } });
      expect(await ledgerOf(key, 'b')).toEqual({ slot: '1', start: '3', breaker: 'open', last: '4' });
    });

    it('outlives expiry, deletion and theft of the lease', async () => {
      const key = newKey();
      await renew(await lead(key, 'a'), { ttl: SHORT, ledger: { start: '1' } });
      await expired(key);
      expect(await ledgerOf(key, 'b')).toEqual({ start: '1' });
      await context.delete(key);
      expect(await ledgerOf(key, 'c')).toEqual({ start: '1' });
      await context.set(key, 'd');
      expect(await ledgerOf(key, 'd')).toEqual({ start: '1' });
    });

    it('takes nothing from a renewal or a release that is refused', async () => {
      const key = newKey();
      const older = await lead(key, 'a');
      await lead(key, 'a');
      await renew(older, { ledger: { start: '1' } });
      await context.store.release({ ...older, ledger: { start: '2' } });
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
        Object.fromEntries(Array.from({ length: 2_501 }, (_, i) => [`start:${from + i}`, String(from + i)]));
      const lease = await lead(key, 'a');
      expect(await renew(lease, { ledger: entries(0) })).toMatchObject({ outcome: 'renewed' });
      await context.store.release({ ...lease, ledger: entries(5_000) });
      expect(await ledgerOf(key, 'b')).toEqual({ ...entries(0), ...entries(5_000) });
    });
  });
}
