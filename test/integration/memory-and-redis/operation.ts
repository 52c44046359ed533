import fc from 'fast-check';
import type { Heir } from 'nestjs-background-services/store';

/** TTLs and steps of time, ms: so large that what passes for real is nothing beside them. */
export const UNIT = 1_000_000;

/** What is done to a store. Leases are named by the number of their grant, counted round. */
export type Operation =
  | {
      readonly does: 'acquire';
      readonly holder: string;
      readonly keys: readonly string[];
      readonly ttl: number;
      /** The token of a grant, or none. */
      readonly floor: number | null;
      readonly fields: readonly string[] | null;
    }
  /** All at once, and all of one holder: that of the first. */
  | {
      readonly does: 'renew';
      readonly grants: readonly number[];
      readonly ttl: number;
      readonly entry: Entry;
    }
  | {
      readonly does: 'record';
      readonly grant: number;
      readonly entry: Entry;
      /** Not given: whatever it is. */
      readonly expected: string | null | undefined;
    }
  | {
      readonly does: 'release';
      readonly grant: number;
      readonly entry: Entry;
      readonly heir: Heir | null;
    }
  | { readonly does: 'pass'; readonly time: number }
  /** What operators do. */
  | { readonly does: 'disable'; readonly key: string; readonly ttl: number }
  | { readonly does: 'free'; readonly key: string; readonly holder: string }
  | { readonly does: 'delete'; readonly key: string }
  | { readonly does: 'amend'; readonly key: string; readonly entry: Entry };

export interface Entry {
  readonly field: string;
  readonly value: string;
}

/** A key of its own, and one that is dealt out into two shards by some and into three by others. */
const PLAIN = ['plain', 'dealt'];
const SHARDS = ['dealt#0/2', 'dealt#1/2', 'dealt#0/3', 'dealt#1/3', 'dealt#2/3'];
export const KEYS = [...PLAIN, ...SHARDS];
export const FIELDS = ['x', 'y'];

const key = fc.constantFrom(...KEYS, ...SHARDS);
const holder = fc.constantFrom('a', 'a', 'b', 'c');
const ttl = fc.constantFrom(2, 3, 3, 6).map((units) => units * UNIT);
/** Shorter and longer than sessions are. */
const heirTtl = fc.constantFrom(1, 2, 4, 8).map((units) => units * UNIT);
const grant = fc.nat(11);
const entry = fc.record({ field: fc.constantFrom(...FIELDS), value: fc.constantFrom('1', '2') });

const does = <What extends Operation['does']>(
  what: What,
  fields: { [Field in keyof Omit<Extract<Operation, { does: What }>, 'does'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<Operation> =>
  fc.record({ does: fc.constant(what), ...fields }) as unknown as fc.Arbitrary<Operation>;

const together = fc.oneof(
  fc.uniqueArray(fc.constantFrom(...SHARDS.slice(0, 2)), { minLength: 1 }),
  fc.uniqueArray(fc.constantFrom(...SHARDS.slice(2)), { minLength: 1 }),
  fc.uniqueArray(fc.constantFrom(...PLAIN), { minLength: 1 }),
);

const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: does('acquire', {
      ...{ holder, keys: together, ttl },
      floor: fc.option(grant, { freq: 3 }),
      fields: fc.option(fc.constant(['x']), { freq: 2 }),
    }),
  },
  {
    weight: 8,
    arbitrary: does('renew', { grants: fc.uniqueArray(grant, { minLength: 1, maxLength: 4 }), ttl, entry }),
  },
  {
    weight: 3,
    arbitrary: does('record', { grant, entry, expected: fc.constantFrom(undefined, null, '1', '2') }),
  },
  {
    weight: 4,
    arbitrary: does('release', { grant, entry, heir: fc.option(fc.record({ holder, ttl: heirTtl })) }),
  },
  {
    weight: 5,
    arbitrary: does('pass', { time: fc.constantFrom(1, 1, 2, 4).map((units) => units * UNIT) }),
  },
  { weight: 1, arbitrary: does('disable', { key, ttl }) },
  { weight: 1, arbitrary: does('free', { key, holder: fc.constantFrom('a', 'b', 'DISABLED') }) },
  { weight: 1, arbitrary: does('delete', { key }) },
  { weight: 1, arbitrary: does('amend', { key, entry }) },
);

export const operations: fc.Arbitrary<Operation[]> = fc.noBias(
  fc.array(operation, { minLength: 5, maxLength: 60, size: 'max' }),
);
