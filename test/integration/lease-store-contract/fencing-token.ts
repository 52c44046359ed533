import { describe, expect, it } from '@jest/globals';
import { expectToRise } from '../../support/leases.js';
import { until } from '../../support/until.js';
import { type Context, SHORT } from './context.js';

export function fencingTokenContract(context: Context): void {
  const { lead, expired, newKey } = context;

  describe('the fencing token', () => {
    it('rises through release, expiry, deletion, disabling and theft', async () => {
      const key = newKey();
      const first = await lead(key, 'a');
      await context.store.release({ ...first, ledger: {} });
      const second = await lead(key, 'b', { ttl: SHORT });
      await expired(key);
      const third = await lead(key, 'a');
      await context.delete(key);
      const fourth = await lead(key, 'b');
      await context.set(key, 'DISABLED', SHORT);
      await expired(key);
      const fifth = await lead(key, 'a');
      await context.set(key, 'c');
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
      await context.wipe();
      await until(() => Date.now() > token, { what: 'the clock to tick', every: 1 });
      expectToRise([token, (await lead(key, 'b')).token]);
    });

    it('rises though the store has lost everything and its clock is behind, by the floor', async () => {
      const key = newKey();
      const { token } = await lead(key, 'a', { tokenFloor: Date.now() + 3_600_000 });
      await context.wipe();
      expect((await lead(key, 'b', { tokenFloor: token })).token).toBe(token + 1);
    });
  });
}
