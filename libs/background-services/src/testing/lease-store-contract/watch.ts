import type { AcquireReply, LeaseRef } from '../../lease/index.js';
import { answers, until } from './checks.js';
import { type Cases, type Context, SHORT } from './context.js';

export function watchCases(context: Context): Cases {
  const { acquire, lead, expired, newKey } = context;
  return {
    'hears of releases by anybody, and of nothing else': async () => {
      const heard: LeaseRef[] = [];
      const stop = context.store.watch((release) => heard.push(release));
      const [mine, theirs, deleted, refused] = [newKey(), newKey(), newKey(), newKey()];
      await lead(deleted, 'a');
      await context.delete(deleted);
      await context.store.release({ ...(await lead(refused, 'a')), holder: 'b', ledger: {} });
      await expired((await lead(newKey(), 'a', { ttl: SHORT })).key);
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
      const stop = context.store.watch(({ key }) => heard.push(`stopped ${key}`));
      const key = newKey();
      const stopOther = context.store.watch((release) => heard.push(release.key));
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
