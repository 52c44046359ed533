import { describe, expect, it } from '@jest/globals';
import { LONG_TTL as LONG } from '../../support/leases.js';
import { type Context, MIDDLE, SHORT } from './context.js';

export function renewContract(context: Context): void {
  const { lead, renew, look, expired, newKey } = context;

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
      await context.delete(key);
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
      await context.set(key, 'DISABLED');
      expect(await renew(lease)).toEqual({ outcome: 'lost', holder: 'DISABLED' });
      expect(await look(key)).toMatchObject({ holder: 'DISABLED', ttl: null });
    });
  });
}
