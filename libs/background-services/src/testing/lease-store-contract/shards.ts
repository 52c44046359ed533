import { boardOf, type HeldLease, shardKey, systemClock } from '../../lease/index.js';
import { acquireCases } from './acquire.js';
import { answers, between, hasEntries, rise, until } from './checks.js';
import { type Cases, type Context, LONG, MIDDLE, SHORT } from './context.js';
import { fencingTokenCases } from './fencing-token.js';
import { heirCases } from './heirs.js';
import { inspectCases } from './inspect.js';
import { ledgerCases } from './ledger.js';
import { recordCases } from './record.js';
import { releaseCases } from './release.js';
import { renewCases } from './renew.js';

const COUNT = 8;

/** What a store promises that has `shards`: a shard is a lease like any other, and more. The cases pass over a store that has none. */
export function shardCases(context: Context): Cases {
  return { ...likeAnyLease(context), ...together(context), ...asAWhole(context), ...forHeirs(context) };
}

/** Every shard is a lease like any other: what holds of leases holds of shards. */
function likeAnyLease(context: Context): Cases {
  const shards = context.withKeys((key) => shardKey(key, 3, COUNT));
  const parts: Readonly<Record<string, Cases>> = {
    acquire: acquireCases(shards),
    'the fencing token': fencingTokenCases(shards),
    renew: renewCases(shards),
    release: releaseCases(shards),
    heirs: heirCases(shards),
    record: recordCases(shards),
    // Shards of one holder may end together, with the longest TTL that it has asked for: here it shortens one.
    'the ledger': without(ledgerCases(shards), 'outlives expiry, deletion and theft of the lease'),
    inspect: inspectCases(shards),
  };
  const named = Object.entries(parts).flatMap(([part, cases]) =>
    Object.entries(cases).map(([what, check]) => {
      const run = async () => {
        await shards.start();
        await check();
      };
      return [`${part}: ${what}`, run] as const;
    }),
  );
  return Object.fromEntries(named);
}

function together(context: Context): Cases {
  const { acquire, lead, renew, ledgerOf, look, newKey } = context;
  const all = (key: string) => Array.from({ length: COUNT }, (_, index) => shardKey(key, index, COUNT));
  const leadAll = async (keys: readonly string[], holder: string, ttl = LONG): Promise<HeldLease[]> => {
    const replies = await context.store.acquire(keys.map((key) => ({ key, holder, ttl, tokenFloor: 0 })));
    return replies.map((reply, i) => {
      if (reply.outcome !== 'acquired') throw new Error(`Not acquired: ${reply.outcome}`);
      return { key: keys[i]!, holder, token: reply.token };
    });
  };
  return {
    'have holders, tokens and ledgers of their own': async () => {
      const [first = '', second = ''] = all(newKey());
      const mine = await lead(first, 'a');
      const other = await lead(second, 'b');
      answers(await renew(mine, { ledger: { x: '1' } }), { outcome: 'renewed' });
      answers(await renew(other, { ledger: { x: '2' } }), { outcome: 'renewed' });
      answers(await acquire(first, 'b'), { outcome: 'held', holder: 'a', ttl: between(0, LONG) });
      answers(await renew({ ...other, key: first }), { outcome: 'lost', holder: 'a' });
      hasEntries(await ledgerOf(first, 'a'), { x: '1' });
      hasEntries(await ledgerOf(second, 'b'), { x: '2' });
    },

    'are renewed together, and each is proved': async () => {
      const leases = await leadAll(all(newKey()), 'a', MIDDLE);
      await context.store.release({ ...leases[1]!, ledger: {} });
      await lead(leases[1]!.key, 'b');
      await context.set(leases[2]!.key, 'DISABLED');
      await context.delete(leases[3]!.key);
      const again = await lead(leases[4]!.key, 'a');
      const replies = await context.store.renew(leases.map((lease) => ({ ...lease, ttl: LONG, ledger: {} })));
      const renewed = { outcome: 'renewed' };
      answers(replies, [
        renewed,
        { outcome: 'lost', holder: 'b' },
        { outcome: 'lost', holder: 'DISABLED' },
        { outcome: 'lost', holder: null },
        { outcome: 'lost', holder: 'a' },
        renewed,
        renewed,
        renewed,
      ]);
      answers(await renew(again), renewed);
      answers(await look(leases[0]!.key), { holder: 'a', ttl: between(MIDDLE, LONG) });
    },

    'that expired stay lost, though their holder has acquired others since': async () => {
      const [first = '', second = '', third = ''] = all(newKey());
      const old = await lead(first, 'a', { ttl: SHORT });
      const gone = await lead(second, 'a', { ttl: SHORT });
      await context.expired(first);
      await lead(third, 'a');
      answers(await renew(old), { outcome: 'lost', holder: null });
      const next = await lead(second, 'b');
      answers(await renew(gone), { outcome: 'lost', holder: 'b' });
      rise([gone.token, next.token]);
    },

    'that are released together are all heard of': async () => {
      const leases = await leadAll(all(newKey()), 'a');
      const heard = new Set<string>();
      const stop = context.other.watch(({ key }) => heard.add(key));
      // A subscription takes its time; the first release that is heard of shows that it is there.
      const probe = newKey();
      await until(
        async () => {
          await context.store.release({ ...(await lead(probe, 'a')), ledger: {} });
          return heard.has(probe);
        },
        { what: 'the other replica to listen', satisfies: Boolean },
      );
      answers(
        await Promise.all(leases.map((lease) => context.store.release({ ...lease, ledger: {} }))),
        leases.map(() => ({ outcome: 'released' })),
      );
      await until(() => leases.every(({ key }) => heard.has(key)), {
        what: 'all releases to be heard of',
        satisfies: Boolean,
      });
      stop();
    },

    'give out the entries of the ledger that were asked for': async () => {
      const [key = '', other = ''] = all(newKey());
      await renew(await lead(key, 'a'), { ledger: { x: '1', y: '2' } });
      await renew(await lead(other, 'a'), { ledger: { x: '3' } });
      const ask = { holder: 'a', ttl: LONG, tokenFloor: 0 };
      const replies = await context.store.acquire([
        { ...ask, key, fields: ['x', 'none'] },
        { ...ask, key: other, fields: ['x', 'y'] },
      ]);
      answers(replies, [
        { outcome: 'acquired', ledger: { x: '1' } },
        { outcome: 'acquired', ledger: { x: '3' } },
      ]);
    },

    'may be 1,000 in one call': async () => {
      const key = newKey();
      const keys = Array.from({ length: 1_000 }, (_, index) => shardKey(key, index, 1_000));
      const leases = await leadAll(keys, 'a');
      const renewed = await context.store.renew(
        leases.map((lease) => ({ ...lease, ttl: LONG, ledger: { of: lease.key } })),
      );
      answers(
        renewed.filter(({ outcome }) => outcome !== 'renewed'),
        [],
      );
      hasEntries(await ledgerOf(keys[999]!, 'a'), { of: keys[999]! });
      answers(await context.other.inspect(keys.slice(0, 999)), leases.slice(0, 999));
    },
  };
}

function asAWhole(context: Context): Cases {
  const { acquire, lead, renew, look, newKey } = context;
  const one = { outcome: 'acquired' };
  return {
    'are all kept from everybody by who holds the key itself': async () => {
      const key = newKey();
      const lease = await lead(shardKey(key, 0, COUNT), 'a');
      await context.set(key, 'DISABLED');
      answers(await renew(lease), { outcome: 'lost', holder: 'DISABLED' });
      answers(await acquire(shardKey(key, 1, COUNT), 'b'), {
        outcome: 'held',
        holder: 'DISABLED',
        ttl: null,
      });
      answers(await look(lease.key), { holder: 'DISABLED', ttl: null });
      await context.delete(key);
      answers(await renew(lease), { outcome: 'lost', holder: null });
      answers(await acquire(lease.key, 'b'), one);
    },

    'keep the key itself from everybody, and shards of another count, until the last one is released':
      async () => {
        const key = newKey();
        const first = await lead(shardKey(key, 0, COUNT), 'a');
        const last = await lead(shardKey(key, 1, COUNT), 'b');
        const others = [key, shardKey(key, 0, 2 * COUNT), shardKey(key, 7, 2 * COUNT)];
        await context.store.release({ ...first, ledger: {} });
        for (const other of others)
          answers(await acquire(other, 'c'), { outcome: 'held', ttl: between(0, LONG) });
        await context.store.release({ ...last, ledger: {} });
        rise([first.token, (await lead(others[1]!, 'c')).token]);
        answers(await acquire(last.key, 'b'), { outcome: 'held', ttl: between(0, LONG) });
      },

    'wait for who leads the whole key, and hear of its release': async () => {
      const key = newKey();
      const whole = await lead(key, 'a');
      const shard = shardKey(key, 0, COUNT);
      answers(await acquire(shard, 'b', { store: context.other }), { outcome: 'held', holder: 'a' });
      const heard = new Set<string>();
      const stop = context.other.watch((release) => heard.add(release.key));
      await until(
        async () => {
          await context.store.release({ ...whole, ...(await lead(key, 'a')), ledger: {} });
          await acquire(shard, 'b', { store: context.other });
          return heard.has(key);
        },
        { what: 'the release to be heard of', satisfies: Boolean },
      );
      stop();
    },

    'are disabled, freed and amended one by one, where the store has a board': async () => {
      const board = boardOf(context.store);
      if (!board) return;
      const key = shardKey(newKey(), 2, COUNT);
      const neighbour = key.replace('#2', '#1');
      await board.disable(key, LONG);
      answers(await acquire(key, 'a'), { outcome: 'held', holder: 'DISABLED', ttl: between(0, LONG) });
      answers(await acquire(neighbour, 'a'), one);
      answers(await board.free(key, 'nobody'), false);
      answers(await board.free(key, 'DISABLED'), true);
      answers(await acquire(key, 'a'), one);
      await board.setEntries(key, { pause: '1', gone: null });
      const fields = ['pause', 'gone'];
      const [own, other] = await board.look([
        { key, fields },
        { key: neighbour, fields },
      ]);
      answers(own, { holder: 'a' });
      hasEntries(own?.ledger ?? {}, { pause: '1' });
      hasEntries(other?.ledger ?? {}, {});
      answers(await board.free(key, 'a'), true);
      answers(await look(key), { holder: null });
    },
  };
}

function forHeirs(context: Context): Cases {
  const { acquire, lead, renew, look, bequeath, newKey } = context;
  const one = { outcome: 'acquired' };
  const acquired = (key: string, holder: string) =>
    until(() => acquire(key, holder), {
      what: `"${holder}" to get "${key}"`,
      satisfies: ({ outcome }) => outcome === 'acquired',
    });
  return {
    'that are kept for heirs keep the key itself from everybody, and shards of another count': async () => {
      const key = newKey();
      const [first, second] = [shardKey(key, 0, COUNT), shardKey(key, 1, COUNT)];
      const [mine, other] = [await lead(first, 'a'), await lead(second, 'c')];
      const { isKept } = await bequeath(mine, { holder: 'b', ttl: MIDDLE });
      if (!isKept) return;
      const isKeptOut = async () => {
        for (const wanted of [key, shardKey(key, 0, 2 * COUNT)])
          answers(await acquire(wanted, 'd'), { outcome: 'held', ttl: between(0, LONG) });
      };
      await isKeptOut();
      await context.store.release({ ...other, ledger: {} });
      await isKeptOut();
      answers(await acquire(second, 'd'), one);
      answers(await acquire(first, 'd'), { outcome: 'held', holder: 'b', ttl: between(0, MIDDLE) });
      rise([mine.token, (await lead(first, 'b')).token]);
    },

    'that were kept for heirs free the key itself with the end of the last one': async () => {
      const key = newKey();
      const leases = [await lead(shardKey(key, 0, COUNT), 'a'), await lead(shardKey(key, 1, COUNT), 'a')];
      const sentAt = systemClock.monotonic();
      await Promise.all(
        leases.map((lease, i) =>
          context.store.release({ ...lease, heir: { holder: 'b', ttl: (i + 1) * SHORT }, ledger: {} }),
        ),
      );
      if ((await look(leases[1]!.key)).holder === null) return;
      await acquired(shardKey(key, 0, 2 * COUNT), 'c');
      answers(systemClock.monotonic() - sentAt, between(2 * SHORT - 1, LONG / 2));
    },

    'that are kept for an heir are not prolonged with those that it has': async () => {
      const key = newKey();
      const lease = await lead(shardKey(key, 0, COUNT), 'a');
      const own = await lead(shardKey(key, 1, COUNT), 'b');
      const { isKept } = await bequeath(lease, { holder: 'b', ttl: SHORT });
      if (!isKept) return;
      const sentAt = systemClock.monotonic();
      answers(await renew(own), { outcome: 'renewed' });
      await acquired(lease.key, 'c');
      answers(systemClock.monotonic() - sentAt, between(-1, LONG / 2));
      answers(await renew(own), { outcome: 'renewed' });
    },

    'that are kept for heirs end with the key itself': async () => {
      const key = newKey();
      const lease = await lead(shardKey(key, 0, COUNT), 'a');
      const { isKept } = await bequeath(lease, { holder: 'b', ttl: MIDDLE });
      if (!isKept) return;
      await context.set(key, 'DISABLED');
      answers(await acquire(lease.key, 'b'), { outcome: 'held', holder: 'DISABLED', ttl: null });
      await context.delete(key);
      answers(await acquire(lease.key, 'c'), one);
    },

    'have heirs of their own, though they are released at once': async () => {
      const key = newKey();
      const heirs = ['b', undefined, 'c', 'b', 'c'];
      const leases = await Promise.all(heirs.map((_, i) => lead(shardKey(key, i, COUNT), 'a')));
      await Promise.all(
        leases.map((lease, i) => {
          const holder = heirs[i];
          const heir = holder === undefined ? {} : { heir: { holder, ttl: MIDDLE } };
          return context.store.release({ ...lease, ...heir, ledger: {} });
        }),
      );
      const views = await context.store.inspect(leases.map((lease) => lease.key));
      if (views.every(({ holder }) => holder === null)) return;
      answers(
        views.map(({ holder }) => holder),
        heirs.map((holder) => holder ?? null),
      );
    },
  };
}

function without(cases: Cases, what: string): Cases {
  return Object.fromEntries(Object.entries(cases).filter(([name]) => name !== what));
}
