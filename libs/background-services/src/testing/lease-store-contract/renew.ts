import { systemClock } from '../../lease/index.js';
import { answers, between } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE, SHORT } from './context.js';

export function renewCases(context: Context): Cases {
  const { lead, renew, look, expired, newKey } = context;
  const refusesTokenOff = (off: number) => async () => {
    const key = newKey();
    const lease = await lead(key, 'a', { ttl: MIDDLE });
    answers(await renew({ ...lease, token: lease.token + off }), { outcome: 'lost', holder: 'a' });
    answers(await look(key), { ttl: between(0, MIDDLE) });
  };
  return {
    'prolongs the lease, and tells the time of the store': async () => {
      const key = newKey();
      const lease = await lead(key, 'a', { ttl: MIDDLE });
      const before = systemClock.wall();
      answers(await renew(lease), { outcome: 'renewed', storeTime: between(before - 2, Infinity) });
      answers(await look(key), { ttl: between(LONG / 2, LONG) });
    },

    'leaves the token as it is': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      await renew(lease);
      answers(await look(key), { token: lease.token });
    },

    'never creates a lease: not after its expiry, not after its deletion': async () => {
      const key = newKey();
      const lease = await lead(key, 'a', { ttl: SHORT });
      await expired(key);
      answers(await renew(lease), { outcome: 'lost', holder: null });
      const again = await lead(key, 'a');
      await context.delete(key);
      answers(await renew(again), { outcome: 'lost', holder: null });
      answers(await look(key), { holder: null, ttl: null });
    },

    'never creates a lease that was never there': async () => {
      const key = newKey();
      answers(await renew({ key, holder: 'a', token: 1 }), { outcome: 'lost', holder: null });
      answers(await look(key), { key, holder: null, ttl: null, token: null });
    },

    'refuses another holder, names the one there is, and leaves that one alone': async () => {
      const key = newKey();
      const { token } = await lead(key, 'a', { ttl: MIDDLE });
      answers(await renew({ key, holder: 'b', token }), { outcome: 'lost', holder: 'a' });
      answers(await look(key), { ttl: between(0, MIDDLE) });
    },

    'refuses its own holder with a token that is one too small': refusesTokenOff(-1),
    'refuses its own holder with a token that is one too large': refusesTokenOff(+1),

    'refuses the older token after its holder has acquired again': async () => {
      const key = newKey();
      const older = await lead(key, 'a');
      const newer = await lead(key, 'a');
      answers(await renew(older), { outcome: 'lost', holder: 'a' });
      answers(await renew(newer), { outcome: 'renewed' });
    },

    'is refused while the key is disabled': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      await context.set(key, 'DISABLED');
      answers(await renew(lease), { outcome: 'lost', holder: 'DISABLED' });
      answers(await look(key), { holder: 'DISABLED', ttl: null });
    },
  };
}
