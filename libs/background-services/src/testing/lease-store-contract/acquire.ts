import { systemClock } from '../../lease/index.js';
import { answers, between, rise, until } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE, SHORT } from './context.js';

export function acquireCases(context: Context): Cases {
  const { acquire, lead, renew, look, expired, newKey } = context;
  return {
    'gives a free lease, with a token, the empty ledger, and the time of the store': async () => {
      const before = systemClock.wall();
      const reply = await acquire(newKey(), 'a');
      const now = between(before - 2, systemClock.wall() + 1);
      answers(reply, { outcome: 'acquired', storeTime: now });
      if (reply.outcome !== 'acquired') return;
      answers(Object.entries(reply.ledger), []);
      answers(Number.isSafeInteger(reply.token), true);
      answers(reply.token, between(Math.floor(reply.storeTime) - 1, Infinity));
    },

    'is idempotent for its own holder, and makes a new token each time': async () => {
      const key = newKey();
      const tokens: number[] = [];
      for (let i = 0; i < 20; i += 1) tokens.push((await lead(key, 'a')).token);
      rise(tokens);
      answers(await acquire(key, 'b'), { outcome: 'held', holder: 'a' });
    },

    'gives its own holder the whole TTL again': async () => {
      const key = newKey();
      await lead(key, 'a', { ttl: MIDDLE });
      await lead(key, 'a', { ttl: LONG });
      answers(await look(key), { ttl: between(LONG / 2, LONG) });
    },

    'tells others who holds it and for how long': async () => {
      const key = newKey();
      await lead(key, 'a', { ttl: LONG });
      const reply = await acquire(key, 'b', { store: context.other });
      answers(reply, { outcome: 'held', holder: 'a', ttl: between(LONG / 2, LONG) });
    },

    'respects whoever an operator put there, for ever or for a while': async () => {
      const key = newKey();
      await context.set(key, 'DISABLED');
      answers(await acquire(key, 'a'), { outcome: 'held', holder: 'DISABLED', ttl: null });
      await context.set(key, 'DISABLED', MIDDLE);
      answers(await acquire(key, 'a'), { outcome: 'held', holder: 'DISABLED', ttl: between(0, MIDDLE) });
      await context.set(key, 'DISABLED', SHORT);
      await expired(key);
      answers(await acquire(key, 'a'), { outcome: 'acquired' });
    },

    'has one winner among many': async () => {
      const key = newKey();
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          acquire(key, `replica-${i}`, { store: i % 2 ? context.store : context.other }),
        ),
      );
      const count = (outcome: string) => replies.filter((reply) => reply.outcome === outcome).length;
      answers({ acquired: count('acquired'), held: count('held') }, { acquired: 1, held: 49 });
    },

    'keeps others out for the whole TTL, and no longer': async () => {
      const key = newKey();
      const sentAt = systemClock.monotonic();
      await lead(key, 'a', { ttl: SHORT });
      await until(() => acquire(key, 'b'), {
        what: 'the next holder to get it',
        satisfies: ({ outcome }) => outcome === 'acquired',
      });
      // A store that counts whole milliseconds can end a lease up to one millisecond early.
      answers(systemClock.monotonic() - sentAt > SHORT - 1, true);
    },

    'takes a TTL that is no whole number': async () => {
      const lease = await lead(newKey(), 'a', { ttl: LONG + 0.5 });
      answers(await renew(lease, { ttl: LONG + 0.5 }), { outcome: 'renewed' });
    },
  };
}
