import { describe, expect, it } from '@jest/globals';
import type { HeldLease } from 'nestjs-background-services';
import { type Context, MIDDLE } from './context.js';

export function recordContract(context: Context): void {
  const { lead, ledgerOf, look, newKey } = context;

  describe('record', () => {
    const record = (lease: HeldLease, value: string, expected?: string | null, field = 'slot') =>
      context.store.record({ ...lease, field, value, ...(expected === undefined ? {} : { expected }) });

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
      await context.delete(lease.key);
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
}
