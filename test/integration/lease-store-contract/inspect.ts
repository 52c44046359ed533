import { describe, expect, it } from '@jest/globals';
import { LONG_TTL as LONG } from '../../support/leases.js';
import { type Context, MIDDLE } from './context.js';

export function inspectContract(context: Context): void {
  const { lead, renew, look, newKey } = context;

  describe('inspect', () => {
    it('tells holder, time left and token of each key, in order', async () => {
      const [free, held, disabled] = [newKey(), newKey(), newKey()];
      const { token } = await lead(held, 'a', { ttl: LONG });
      await context.set(disabled, 'DISABLED');
      const views = await context.other.inspect([free, held, disabled, held]);
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
}
