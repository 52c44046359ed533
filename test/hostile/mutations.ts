import fc from 'fast-check';
import { FAMILIES, type Family } from './families.js';
import { NUMBERS, type Value, value } from './values.js';

export const TYPES = ['string', 'hash', 'list', 'set', 'zset'] as const;

/** What is done to a key, or to one of its entries. */
export type Act =
  /** The key is of another type, or is the same type with nothing of what it had. */
  | {
      readonly do: 'replace';
      readonly by: (typeof TYPES)[number];
      readonly value: Value;
      readonly entries: number;
    }
  /** One entry (of a string: all of it) is something else. */
  | { readonly do: 'overwrite'; readonly value: Value }
  /** One entry is cut off. */
  | { readonly do: 'truncate'; readonly share: number }
  /** Numbers of one entry are other numbers. */
  | { readonly do: 'renumber'; readonly number: string }
  /** One entry is as another version might write it: members are missing, of another type, or new. */
  | { readonly do: 'reshape'; readonly as: 'missing' | 'retyped' | 'wrapped' | 'new'; readonly value: Value }
  /** There are more entries. */
  | { readonly do: 'add'; readonly value: Value; readonly entries: number }
  | { readonly do: 'remove' }
  /** It goes soon, or never. */
  | { readonly do: 'expire'; readonly after: number | null };

/** What is done to the text of one entry. */
export type Spoiling = Extract<Act, { do: 'overwrite' | 'truncate' | 'renumber' | 'reshape' }>;

export interface Mutation {
  readonly family: Family;
  /** Which of the family's keys, and which of its entries, from 0 to 1. */
  readonly key: number;
  readonly entry: number;
  /** Of a key that is made up because there is none. */
  readonly name: string;
  readonly act: Act;
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const entries = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 4, arbitrary: fc.integer({ min: 100, max: 2_000 }) },
  { weight: 1, arbitrary: fc.constant(20_000) },
);

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('replace' as const), by: fc.constantFrom(...TYPES), value, entries }),
  fc.record({ do: fc.constant('overwrite' as const), value }),
  fc.record({ do: fc.constant('truncate' as const), share }),
  fc.record({ do: fc.constant('renumber' as const), number: fc.constantFrom(...NUMBERS) }),
  fc.record({
    do: fc.constant('reshape' as const),
    as: fc.constantFrom('missing', 'retyped', 'wrapped', 'new'),
    value,
  }),
  fc.record({ do: fc.constant('add' as const), value, entries }),
  fc.record({ do: fc.constant('remove' as const) }),
  fc.record({
    do: fc.constant('expire' as const),
    after: fc.option(fc.integer({ min: 1, max: 5_000 })),
  }),
);

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  family: fc.constantFrom(...FAMILIES),
  key: share,
  entry: share,
  name: fc.oneof(
    fc.uuid({ version: 7 }),
    fc.constantFrom('', 'a:b', 'x'.repeat(600), '../..', '\u2028', '{}'),
  ),
  act,
});

/** The same ones for the same seed. */
export function mutationsOf(seed: number, count: number): readonly Mutation[] {
  return fc.sample(mutation, { seed, numRuns: count });
}
