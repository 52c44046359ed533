import { aNumber, answers, between, hasEntries, rise } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE } from './context.js';

export function batchCases(context: Context): Cases {
  const { lead, renew, ledgerOf, newKey } = context;
  return {
    'are as good as one each: 1,000 leases acquired, renewed, looked at and refused': async () => {
      const names = Array.from({ length: 1_000 }, newKey);
      const asked = (holder: string) => names.map((key) => ({ key, holder, ttl: LONG, tokenFloor: 0 }));
      const acquired = await context.store.acquire(asked('a'));
      answers(acquired.length, 1_000);
      const leases = acquired.map((reply, i) => {
        if (reply.outcome !== 'acquired') throw new Error(`Not acquired: ${reply.outcome}`);
        return { key: names[i]!, holder: 'a', token: reply.token };
      });
      const renewed = await context.store.renew(
        leases.map((lease) => ({ ...lease, ttl: LONG, ledger: { of: lease.key } })),
      );
      answers(outcomesOf(renewed), { renewed: 1_000 });
      answers(await context.store.inspect(names), leases);
      answers(outcomesOf(await context.other.acquire(asked('b'))), { held: 1_000 });
      for (const key of [names[0]!, names[499]!, names[999]!])
        hasEntries(await ledgerOf(key, 'a'), { of: key });
    },

    'each have their own outcome when they acquire': async () => {
      const [free, own, held, disabled] = [newKey(), newKey(), newKey(), newKey()];
      await lead(own, 'a');
      await lead(held, 'b');
      await context.set(disabled, 'DISABLED');
      const replies = await context.store.acquire(
        [held, free, disabled, own].map((key) => ({ key, holder: 'a', ttl: LONG, tokenFloor: 0 })),
      );
      answers(replies, [
        { outcome: 'held', holder: 'b' },
        { outcome: 'acquired' },
        { outcome: 'held', holder: 'DISABLED', ttl: null },
        { outcome: 'acquired' },
      ]);
    },

    'each have their own outcome and ledger when they renew': async () => {
      const [gone, stolen, first, second] = [newKey(), newKey(), newKey(), newKey()];
      const leases = await Promise.all([gone, stolen, first, second].map((key) => lead(key, 'a')));
      await context.delete(gone);
      await context.set(stolen, 'thief');
      const older = leases[3]!;
      const newer = await lead(second, 'a');
      const replies = await context.store.renew(
        [...leases, newer].map((lease, i) => ({ ...lease, ttl: LONG, ledger: { by: String(i) } })),
      );
      answers(replies, [
        { outcome: 'lost', holder: null },
        { outcome: 'lost', holder: 'thief' },
        { outcome: 'renewed', storeTime: aNumber },
        { outcome: 'lost', holder: 'a' },
        { outcome: 'renewed', storeTime: aNumber },
      ]);
      rise([older.token, newer.token]);
      hasEntries(await ledgerOf(gone, 'a'), {});
      hasEntries(await ledgerOf(first, 'a'), { by: '2' });
      hasEntries(await ledgerOf(second, 'a'), { by: '4' });
    },

    'each count with their own holder and TTL': async () => {
      const [one, two, three] = [newKey(), newKey(), newKey()];
      const acquired = await context.store.acquire([
        { key: one, holder: 'a', ttl: LONG, tokenFloor: 0 },
        { key: two, holder: 'b', ttl: LONG, tokenFloor: 0 },
        { key: three, holder: 'b', ttl: MIDDLE, tokenFloor: 0 },
      ]);
      answers(outcomesOf(acquired), { acquired: 3 });
      const views = await context.store.inspect([one, two, three]);
      answers(views, [{ holder: 'a' }, { holder: 'b' }, { holder: 'b', ttl: between(0, MIDDLE) }]);
      const tokens = views.map(({ token }) => token!);
      const renewed = await context.store.renew([
        { key: three, holder: 'b', token: tokens[2]!, ttl: LONG, ledger: {} },
        { key: one, holder: 'a', token: tokens[0]!, ttl: MIDDLE, ledger: {} },
      ]);
      answers(outcomesOf(renewed), { renewed: 2 });
      const [after, , last] = await context.store.inspect([one, two, three]);
      answers([after?.ttl, last?.ttl], [between(0, MIDDLE), between(LONG / 2, LONG)]);
    },

    'may name a key twice: the later one counts': async () => {
      const key = newKey();
      const request = { key, holder: 'a', ttl: LONG, tokenFloor: 0 };
      const [first, second] = await context.store.acquire([request, request]);
      if (first?.outcome !== 'acquired' || second?.outcome !== 'acquired')
        throw new Error(`Not acquired: ${first?.outcome} and ${second?.outcome}`);
      rise([first.token, second.token]);
      answers(await renew({ key, holder: 'a', token: first.token }), { outcome: 'lost' });
      answers(await renew({ key, holder: 'a', token: second.token }), { outcome: 'renewed' });
    },

    'may be none at all': async () => {
      const { store } = context;
      answers(await Promise.all([store.acquire([]), store.renew([]), store.inspect([])]), [[], [], []]);
    },
  };
}

/** How often each outcome came. */
function outcomesOf(replies: readonly { readonly outcome: string }[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcome } of replies) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Object.fromEntries(counts);
}
