import { answers, hasEntries } from './checks.js';
import { type Cases, type Context, SHORT } from './context.js';

export function ledgerCases(context: Context): Cases {
  const { lead, renew, ledgerOf, expired, newKey } = context;
  return {
    'goes to the next holder: saved by record, renewal and release alike': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      await context.store.record({ ...lease, field: 'slot', value: '1' });
      await renew(lease, { ledger: { start: '2', breaker: 'open' } });
      await context.store.release({ ...lease, ledger: { start: '3', last: '4' } });
      hasEntries(await ledgerOf(key, 'b'), { slot: '1', start: '3', breaker: 'open', last: '4' });
    },

    'outlives expiry, deletion and theft of the lease': async () => {
      const key = newKey();
      await renew(await lead(key, 'a'), { ttl: SHORT, ledger: { start: '1' } });
      await expired(key);
      hasEntries(await ledgerOf(key, 'b'), { start: '1' });
      await context.delete(key);
      hasEntries(await ledgerOf(key, 'c'), { start: '1' });
      await context.set(key, 'd');
      hasEntries(await ledgerOf(key, 'd'), { start: '1' });
    },

    'takes nothing from a renewal or a release that is refused': async () => {
      const key = newKey();
      const older = await lead(key, 'a');
      await lead(key, 'a');
      await renew(older, { ledger: { start: '1' } });
      await context.store.release({ ...older, ledger: { start: '2' } });
      hasEntries(await ledgerOf(key, 'a'), {});
    },

    'belongs to one key alone': async () => {
      const [key, neighbour] = [newKey(), newKey()];
      await renew(await lead(key, 'a'), { ledger: { start: '1' } });
      hasEntries(await ledgerOf(neighbour, 'a'), {});
    },

    'takes thousands of entries at once': async () => {
      const key = newKey();
      const entries = (from: number) =>
        Object.fromEntries(Array.from({ length: 2_501 }, (_, i) => [`start:${from + i}`, String(from + i)]));
      const lease = await lead(key, 'a');
      answers(await renew(lease, { ledger: entries(0) }), { outcome: 'renewed' });
      await context.store.release({ ...lease, ledger: entries(5_000) });
      hasEntries(await ledgerOf(key, 'b'), { ...entries(0), ...entries(5_000) });
    },
  };
}
