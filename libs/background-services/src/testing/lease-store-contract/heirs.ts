import { type Release, systemClock } from '../../lease/index.js';
import { answers, between, hasEntries, rise, until } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE, SHORT } from './context.js';

/** What a store promises that keeps a released lease for the heir it names. One that leaves heirs out has freed it, and the cases pass over it. */
export function heirCases(context: Context): Cases {
  const { acquire, lead, renew, ledgerOf, look, bequeath, newKey } = context;
  const record = { field: 'x', value: '1' };
  return {
    'get the lease at once, with a token of their own and the ledger, and nobody else does': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const { isKept } = await bequeath(lease, { holder: 'b', ttl: MIDDLE }, { x: '1' });
      if (!isKept) return;
      const kept = { holder: 'b', ttl: between(MIDDLE / 2, MIDDLE) };
      answers(await look(key), { ...kept, token: lease.token });
      answers(await acquire(key, 'c', { store: context.other }), { outcome: 'held', ...kept });
      answers(await acquire(key, 'a'), { outcome: 'held', ...kept });
      const next = await lead(key, 'b', { store: context.other });
      rise([lease.token, next.token]);
      answers(await look(key), { holder: 'b', ttl: between(LONG / 2, LONG), token: next.token });
      answers(await renew(next), { outcome: 'renewed' });
      hasEntries(await ledgerOf(key, 'b'), { x: '1' });
    },

    'are waited for as long as was said, and no longer': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const sentAt = systemClock.monotonic();
      const { isKept } = await bequeath(lease, { holder: 'b', ttl: SHORT });
      if (!isKept) return;
      const reply = await until(() => acquire(key, 'c'), {
        what: 'the lease to be free',
        satisfies: ({ outcome }) => outcome === 'acquired',
      });
      // A store that counts whole milliseconds can end a lease up to one millisecond early.
      answers(systemClock.monotonic() - sentAt, between(SHORT - 1, Infinity));
      rise([lease.token, reply.outcome === 'acquired' ? reply.token : 0]);
      answers(await acquire(key, 'b'), { outcome: 'held', holder: 'c' });
    },

    'have no term before they have acquired the lease, whatever they had before': async () => {
      const key = newKey();
      const old = await lead(key, 'b');
      await context.store.release({ ...old, ledger: {} });
      const lease = await lead(key, 'a');
      const { isKept } = await bequeath(lease, { holder: 'b', ttl: MIDDLE });
      if (!isKept) return;
      const lost = { outcome: 'lost', holder: 'b' };
      for (const stale of [old, lease]) {
        answers(await renew(stale, { ledger: { x: '1' } }), lost);
        answers(await context.store.record({ ...stale, ...record }), lost);
        answers(await context.store.release({ ...stale, ledger: { x: '1' } }), lost);
      }
      answers(await look(key), { holder: 'b', ttl: between(0, MIDDLE) });
      rise([old.token, lease.token, (await lead(key, 'b')).token]);
      hasEntries(await ledgerOf(key, 'b'), {});
    },

    'get nothing from who has nothing to give, nor from an operator': async () => {
      const key = newKey();
      const heir = { holder: 'b', ttl: MIDDLE };
      const older = await lead(key, 'a');
      const lease = await lead(key, 'a');
      const { store } = context;
      const release = (from: typeof lease) => store.release({ ...from, heir, ledger: { x: '1' } });
      answers(await release(older), { outcome: 'lost', holder: 'a' });
      answers(await release({ ...lease, holder: 'c' }), { outcome: 'lost', holder: 'a' });
      answers(await renew(lease), { outcome: 'renewed' });
      await context.set(key, 'DISABLED');
      answers(await release(lease), { outcome: 'lost', holder: 'DISABLED' });
      answers(await acquire(key, 'b'), { outcome: 'held', holder: 'DISABLED', ttl: null });
      await context.delete(key);
      hasEntries(await ledgerOf(key, 'b'), {});
    },

    'give way to an operator': async () => {
      const key = newKey();
      const { isKept } = await bequeath(await lead(key, 'a'), { holder: 'b', ttl: MIDDLE });
      if (!isKept) return;
      await context.set(key, 'DISABLED');
      answers(await acquire(key, 'b'), { outcome: 'held', holder: 'DISABLED', ttl: null });
      await context.delete(key);
      answers(await acquire(key, 'c'), { outcome: 'acquired' });
    },

    'are others than who releases': async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const { isKept } = await bequeath(lease, { holder: 'a', ttl: MIDDLE });
      answers(isKept, false);
      answers(await renew(lease), { outcome: 'lost', holder: null });
    },

    'differ for each lease of many that are released at once': async () => {
      const heirs = ['b', undefined, 'c', 'b'];
      const leases = await Promise.all(heirs.map(() => lead(newKey(), 'a')));
      const { store } = context;
      const replies = await Promise.all(
        leases.map((lease, i) => {
          const holder = heirs[i];
          const heir = holder === undefined ? {} : { heir: { holder, ttl: MIDDLE } };
          return store.release({ ...lease, ...heir, ledger: { x: `${i}` } });
        }),
      );
      answers(
        replies,
        heirs.map(() => ({ outcome: 'released' })),
      );
      const views = await store.inspect(leases.map(({ key }) => key));
      const isKept = views.some(({ holder }) => holder !== null);
      answers(
        views,
        heirs.map((holder) => ({ holder: (isKept && holder) || null })),
      );
      for (const [i, { key }] of leases.entries())
        hasEntries(await ledgerOf(key, heirs[i] ?? 'd'), { x: `${i}` });
    },

    'are named to those who watch, with who released the lease': async () => {
      const key = newKey();
      const heard: Release[] = [];
      const stop = context.other.watch((release) => {
        if (release.key === key) heard.push(release);
      });
      // The subscription may still be on its way: the lease is released until it is heard of.
      const { isKept } = await until(
        async () => {
          const { isKept } = await bequeath(await lead(key, 'a'), { holder: 'b', ttl: MIDDLE });
          if (isKept) await context.store.release({ ...(await lead(key, 'b')), ledger: {} });
          return { isKept };
        },
        {
          what: 'a release to an heir to be heard of',
          satisfies: () => heard.some(({ holder }) => holder === 'a'),
        },
      );
      answers(
        heard.find(({ holder }) => holder === 'a'),
        { key, holder: 'a', heir: isKept ? 'b' : undefined },
      );
      const freed = heard.filter(({ holder }) => holder === 'b');
      answers(
        freed.map(({ heir }) => heir),
        freed.map(() => undefined),
      );
      stop();
    },
  };
}
