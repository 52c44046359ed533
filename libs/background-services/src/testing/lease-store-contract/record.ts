import type { HeldLease, RecordReply } from '../../lease/index.js';
import { answers, between, hasEntries } from './checks.js';
import { type Cases, type Context, MIDDLE } from './context.js';

/** Fields and values that a store must give back as they were. */
const KEPT: readonly (readonly [what: string, field: string, value: string])[] = [
  ['an empty value', 'slot', ''],
  ['line breaks and quotes', 'a "field"\n', '{"a":\r\n"\0"}'],
  ['all of Unicode', 'naïve:漢字', '😀 \u2028'],
  ['a number that floats cannot hold', 'n', '9007199254740993'],
  ['a name that objects have already', '__proto__', 'x'],
  ['100 KB', 'big', 'x'.repeat(100_000)],
];

export function recordCases(context: Context): Cases {
  const { lead, ledgerOf, look, newKey } = context;
  const record = (
    lease: HeldLease,
    value: string,
    expected?: string | null,
    field = 'slot',
  ): Promise<RecordReply> =>
    context.store.record({ ...lease, field, value, ...(expected === undefined ? {} : { expected }) });

  return {
    'writes anyway if nothing is expected': async () => {
      const lease = await lead(newKey(), 'a');
      answers(await record(lease, '1'), { outcome: 'recorded' });
      answers(await record(lease, '2'), { outcome: 'recorded' });
      hasEntries(await ledgerOf(lease.key, 'a'), { slot: '2' });
    },

    'writes only where nothing is, if null is expected': async () => {
      const lease = await lead(newKey(), 'a');
      answers(await record(lease, '1', null), { outcome: 'recorded' });
      answers(await record(lease, '2', null), { outcome: 'conflict', current: '1' });
      hasEntries(await ledgerOf(lease.key, 'a'), { slot: '1' });
    },

    'writes only over the value that is expected': async () => {
      const lease = await lead(newKey(), 'a');
      answers(await record(lease, '1', '0'), { outcome: 'conflict', current: null });
      await record(lease, '1');
      answers(await record(lease, '2', '0'), { outcome: 'conflict', current: '1' });
      answers(await record(lease, '2', '1'), { outcome: 'recorded' });
      hasEntries(await ledgerOf(lease.key, 'a'), { slot: '2' });
    },

    'succeeds again for a value that is there already: its reply may have been lost': async () => {
      const lease = await lead(newKey(), 'a');
      for (const expected of [null, null, '0', '1', undefined])
        answers(await record(lease, '1', expected), { outcome: 'recorded' });
      hasEntries(await ledgerOf(lease.key, 'a'), { slot: '1' });
    },

    'tells an empty value from none': async () => {
      const lease = await lead(newKey(), 'a');
      answers(await record(lease, '1', ''), { outcome: 'conflict', current: null });
      answers(await record(lease, ''), { outcome: 'recorded' });
      answers(await record(lease, '1', null), { outcome: 'conflict', current: '' });
      answers(await record(lease, '1', ''), { outcome: 'recorded' });
    },

    'has one winner among many that expect the same': async () => {
      const lease = await lead(newKey(), 'a');
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) => record(lease, `run-${i}`, null)),
      );
      const winners = replies.flatMap(({ outcome }, i) => (outcome === 'recorded' ? [`run-${i}`] : []));
      answers(winners.length, 1);
      hasEntries(await ledgerOf(lease.key, 'a'), { slot: winners[0]! });
    },

    'writes nothing for another holder, another token, or a lease that is gone': async () => {
      const older = await lead(newKey(), 'a');
      const lease = await lead(older.key, 'a');
      answers(await record({ ...lease, holder: 'b' }, '1'), { outcome: 'lost', holder: 'a' });
      answers(await record(older, '1'), { outcome: 'lost', holder: 'a' });
      await context.delete(lease.key);
      answers(await record(lease, '1'), { outcome: 'lost', holder: null });
      hasEntries(await ledgerOf(lease.key, 'b'), {});
      answers(await record(lease, '1'), { outcome: 'lost', holder: 'b' });
      hasEntries(await ledgerOf(lease.key, 'b'), {});
    },

    'does not prolong the lease': async () => {
      const lease = await lead(newKey(), 'a', { ttl: MIDDLE });
      await record(lease, '1');
      answers(await look(lease.key), { ttl: between(0, MIDDLE) });
    },

    ...Object.fromEntries(
      KEPT.map(([what, field, value]) => [
        `keeps ${what} as it is`,
        async () => {
          const lease = await lead(newKey(), 'a');
          answers(await record(lease, value, null, field), { outcome: 'recorded' });
          answers(Object.entries(await ledgerOf(lease.key, 'a')), [[field, value]]);
        },
      ]),
    ),
  };
}
