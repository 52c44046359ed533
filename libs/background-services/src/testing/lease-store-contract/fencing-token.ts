import { systemClock } from '../../lease/index.js';
import { answers, rise, until } from './checks.js';
import { type Cases, type Context, SHORT } from './context.js';

const HOUR = 3_600_000;

export function fencingTokenCases(context: Context): Cases {
  const { lead, expired, newKey } = context;
  return {
    'rises through release, expiry, deletion, disabling and theft': async () => {
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
      rise([first, second, third, fourth, fifth, sixth].map(({ token }) => token));
    },

    'is above the floor, and goes on from there': async () => {
      const key = newKey();
      const tokenFloor = systemClock.wall() + HOUR;
      answers((await lead(key, 'a', { tokenFloor })).token, tokenFloor + 1);
      answers((await lead(key, 'a')).token, tokenFloor + 2);
      answers((await lead(key, 'a', { tokenFloor: 5 })).token, tokenFloor + 3);
    },

    'rises though the store has lost everything, by the clock': async () => {
      const key = newKey();
      const { token } = await lead(key, 'a');
      await context.wipe();
      await until(() => systemClock.wall(), { what: 'the clock to tick', satisfies: (now) => now > token });
      rise([token, (await lead(key, 'b')).token]);
    },

    'rises though the store has lost everything and its clock is behind, by the floor': async () => {
      const key = newKey();
      const { token } = await lead(key, 'a', { tokenFloor: systemClock.wall() + HOUR });
      await context.wipe();
      answers((await lead(key, 'b', { tokenFloor: token })).token, token + 1);
    },
  };
}
