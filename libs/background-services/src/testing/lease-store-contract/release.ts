import { answers, hasEntries } from './checks.js';
import { type Cases, type Context, SHORT } from './context.js';

export function releaseCases(context: Context): Cases {
  const { acquire, lead, renew, ledgerOf, look, expired, newKey } = context;
  return {
    'frees the lease at once': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      answers(await context.store.release({ ...lease, ledger: {} }), { outcome: 'released' });
      answers(await look(key), { holder: null, token: lease.token });
      answers(await acquire(key, 'b'), { outcome: 'acquired' });
    },

    'frees its own holder and token only': async () => {
      const key = newKey();
      const older = await lead(key, 'a');
      const lease = await lead(key, 'a');
      const { store } = context;
      const refused = { outcome: 'lost', holder: 'a' };
      answers(await store.release({ ...older, ledger: { x: '1' } }), refused);
      answers(await store.release({ ...lease, holder: 'b', ledger: { x: '1' } }), refused);
      answers(await renew(lease), { outcome: 'renewed' });
      hasEntries(await ledgerOf(key, 'a'), {});
    },

    'answers for each lease of many that are released at once': async () => {
      const [mine, theirs, free] = [newKey(), newKey(), newKey()];
      const leases = [await lead(mine, 'a'), { ...(await lead(theirs, 'b')), holder: 'a' }];
      const all = [...leases, { key: free, holder: 'a', token: 1 }];
      const { store } = context;
      answers(await Promise.all(all.map((lease, i) => store.release({ ...lease, ledger: { x: `${i}` } }))), [
        { outcome: 'released' },
        { outcome: 'lost', holder: 'b' },
        { outcome: 'lost', holder: null },
      ]);
      answers(await look(mine), { holder: null });
      answers(await look(theirs), { holder: 'b' });
      hasEntries(await ledgerOf(mine, 'a'), { x: '0' });
      hasEntries(await ledgerOf(free, 'a'), {});
    },

    'is refused the second time, and once the lease has expired': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const lost = { outcome: 'lost', holder: null };
      await context.store.release({ ...lease, ledger: {} });
      answers(await context.store.release({ ...lease, ledger: {} }), lost);
      const short = await lead(key, 'a', { ttl: SHORT });
      await expired(key);
      answers(await context.store.release({ ...short, ledger: {} }), lost);
    },
  };
}
