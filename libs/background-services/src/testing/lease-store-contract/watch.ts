import type { AcquireReply, LeaseRef } from '../../lease/index.js';
import { answers, until } from './checks.js';
import { type Cases, type Context, SHORT } from './context.js';

export function watchCases(context: Context): Cases {
  const { acquire, lead, expired, newKey } = context;
  return {
    'hears of releases by anybody, and of nothing else': async () => {
      const heard: LeaseRef[] = [];
      const keys = [newKey(), newKey(), newKey(), newKey(), newKey()] as const;
      const [mine, theirs, deleted, refused, over] = keys;
      // A hint may come late: what was released before is still heard of.
      const stop = context.store.watch((release) => {
        if (keys.includes(release.key)) heard.push(release);
      });
      await lead(deleted, 'a');
      await context.delete(deleted);
      await context.store.release({ ...(await lead(refused, 'a')), holder: 'b', ledger: {} });
      await expired((await lead(over, 'a', { ttl: SHORT })).key);
      await context.store.release({ ...(await lead(mine, 'a')), ledger: {} });
      await context.other.release({ ...(await lead(theirs, 'b', { store: context.other })), ledger: {} });
      await until(() => heard.length, { what: 'two releases', satisfies: (length) => length >= 2 });
      answers(heard, [
        { key: mine, holder: 'a' },
        { key: theirs, holder: 'b' },
      ]);
      stop();
    },

    'is heard of no more once stopped, by whoever stopped it': async () => {
      const heard: string[] = [];
      const key = newKey();
      const stop = context.store.watch((release) => heard.push(`stopped ${release.key}`));
      const stopOther = context.store.watch((release) => {
        if (release.key === key) heard.push(key);
      });
      stop();
      stop();
      await context.other.release({ ...(await lead(key, 'a')), ledger: {} });
      await until(() => heard.length, { what: 'the release', satisfies: (length) => length > 0 });
      answers(heard, [key]);
      stopOther();
    },

    'hears of a release no earlier than the lease is free': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const successor = new Promise<AcquireReply>((resolve, reject) => {
        const stop = context.other.watch((release) => {
          if (release.key !== key) return;
          stop();
          acquire(key, 'b', { store: context.other }).then(resolve, reject);
        });
      });
      await context.store.release({ ...lease, ledger: {} });
      answers(await successor, { outcome: 'acquired' });
    },
  };
}
