import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { StoreError } from '../../errors/index.js';
import { hostile } from '../../../../../test/support/guests/hostile.js';
import { TestClock } from '../../testing/index.js';
import { LONGEST_MEMBER } from '../board/board-members.js';
import { MOST_PRESENCES } from '../board/fleet-board.js';
import type { LeaseStore } from '../lease-store.js';
import { MemoryLeaseStore } from '../memory-lease-store.js';
import type { Instrumentation } from '../../events/index.js';
import { CheckedBoard } from './checked-board.js';
import { CheckedLeaseStore } from './checked-lease-store.js';

const LEASE = { key: 'orders', holder: 'a', token: 7, ledger: {}, ttl: 1_000, tokenFloor: 7 };
const RECORD = { ...LEASE, field: 'f', value: 'v' };
const METHODS = ['acquire', 'renew', 'release', 'record'] as const;

/** A store that answers every command with this. */
function answering(answer: unknown, name = 'custom', more: object = {}): CheckedLeaseStore {
  const method = () => Promise.resolve(answer);
  const store = { name, shared: true, acquire: method, renew: method, release: method, record: method };
  return new CheckedLeaseStore(Object.assign(more, store) as unknown as LeaseStore);
}

/** One reply to one request of each kind. */
async function askAll(store: LeaseStore): Promise<Readonly<Record<(typeof METHODS)[number], unknown>>> {
  const [acquire] = await store.acquire([LEASE]);
  const [renew] = await store.renew([LEASE]);
  return { acquire, renew, release: await store.release(LEASE), record: await store.record(RECORD) };
}

const unknownWith = (message: unknown) => ({
  outcome: 'unknown',
  error: expect.objectContaining({ code: 'BGS_STORE', message }),
});

describe('CheckedLeaseStore', () => {
  it('names the store, the method, what was expected and what came', async () => {
    expect(await answering(undefined).release(LEASE)).toEqual(
      unknownWith(
        `The lease store "custom" answered release() with undefined: expected { outcome: 'released' | 'lost' | 'unknown', … }`,
      ),
    );
    expect(await answering([{ outcome: 'acquired', token: 7 }]).acquire([LEASE])).toEqual([
      unknownWith(
        expect.stringMatching(/answered acquire\(\) with .*: expected token to be a safe integer above 7/),
      ),
    ]);
    expect(await answering([]).renew([LEASE, LEASE])).toEqual(
      Array.from({ length: 2 }, () =>
        unknownWith(expect.stringContaining('renew() with an array of 0: expected an array of 2')),
      ),
    );
  });

  it.each([
    ['a token that does not rise', { token: 7 }],
    ['a token that is no safe integer', { token: 2 ** 53 }],
    ['no ledger', { ledger: null }],
    ['no time', { storeTime: NaN }],
    ['a time that no date has', { storeTime: 9e15 }],
  ])('leads under no lease with %s', async (_, wrong) => {
    const right = { outcome: 'acquired', token: 8, ledger: { last: '1' }, storeTime: 1_000 };
    expect(await answering([right]).acquire([LEASE])).toEqual([right]);
    expect(await answering([{ ...right, ...wrong }]).acquire([LEASE])).toMatchObject([
      { outcome: 'unknown' },
    ]);
  });

  it('keeps the entries of a ledger that are texts', async () => {
    const ledger = { good: '1', bad: 2, worse: null };
    expect(
      await answering([{ outcome: 'acquired', token: 8, ledger, storeTime: 1 }]).acquire([LEASE]),
    ).toMatchObject([{ ledger: { good: '1' } }]);
  });

  it('makes a definite reply or an unknown one of whatever is answered', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.boolean(), async (make, inBatch) => {
        const answer = (): unknown => (inBatch ? [make()] : make());
        const store = { name: make(), shared: true } as unknown as LeaseStore;
        for (const method of METHODS) Object.assign(store, { [method]: answer });
        for (const reply of Object.values(await askAll(new CheckedLeaseStore(store))))
          expect(reply).toMatchObject({ outcome: 'unknown', error: expect.any(Error) });
      }),
      { numRuns: 500 },
    );
  });

  it('makes unknown of what is thrown, whatever it is', async () => {
    for (const thrown of [new Error('No route'), 'text', undefined, Object.create(null)]) {
      const fail = () => {
        throw thrown;
      };
      const store = { ...answering(undefined), acquire: fail, renew: fail, release: fail, record: fail };
      for (const reply of Object.values(await askAll(new CheckedLeaseStore(store as unknown as LeaseStore))))
        expect(reply).toMatchObject({
          outcome: 'unknown',
          error: thrown instanceof Error ? thrown : expect.any(StoreError),
        });
    }
  });

  it('passes on what a sound store answers', async () => {
    const checked = new CheckedLeaseStore(new MemoryLeaseStore(new TestClock()));
    const [won] = await checked.acquire([LEASE]);
    if (won?.outcome !== 'acquired') throw new Error('not acquired');
    const own = { ...LEASE, token: won.token };
    expect(await checked.renew([own])).toMatchObject([{ outcome: 'renewed' }]);
    expect(await checked.record({ ...RECORD, token: won.token, expected: 'x' })).toEqual({
      outcome: 'conflict',
      current: null,
    });
    expect(await checked.inspect(['orders', 'none'])).toMatchObject([
      { holder: 'a', token: won.token },
      { holder: null },
    ]);
    const heard: unknown[] = [];
    const unwatch = checked.watch((release) => heard.push(release));
    expect(await checked.release(own)).toEqual({ outcome: 'released' });
    unwatch();
    expect(heard).toEqual([{ key: 'orders', holder: 'a' }]);
    expect(await checked.release(own)).toEqual({ outcome: 'lost', holder: null });
  });

  it.each([undefined, 7, {}])('takes "lost" at its word where the holder is %p', async (holder) => {
    const lost = { outcome: 'lost', holder: null };
    expect(await answering([{ outcome: 'lost', holder }]).renew([LEASE])).toEqual([lost]);
    const one = answering({ outcome: 'lost', holder });
    expect([await one.release(LEASE), await one.record(RECORD)]).toEqual([lost, lost]);
  });

  it('passes on every member of the port, the optional ones too', () => {
    const store = new MemoryLeaseStore(new TestClock());
    const warning = { kind: 'eviction', reason: 'It evicts keys', cure: 'Set noeviction', since: 5 };
    Object.assign(store, { warnings: [warning] });
    const checked = new CheckedLeaseStore(store);
    expect(checked).toMatchObject({ name: store.name, shared: store.shared, warnings: [warning] });
    const watched = new CheckedLeaseStore(store, undefined, {} as Instrumentation);
    expect(watched).toMatchObject({ warnings: [warning] });
  });

  it('has no warnings of a store that has none', () => {
    expect(answering(undefined).warnings).toEqual([]);
  });

  it('reads what a store says of itself within bounds, and leaves out what is no warning', () => {
    const warnings = (answer: unknown) => answering(undefined, 'custom', { warnings: answer }).warnings;
    const sound = { kind: 'eviction', reason: 'r', cure: '', since: 0 };
    for (const nonsense of [
      null,
      'x',
      5,
      {},
      [null],
      [5],
      [{ ...sound, reason: 1 }],
      [{ ...sound, since: 1e300 }],
    ])
      expect(warnings(nonsense)).toEqual([]);
    expect(warnings([{ ...sound, kind: 'mine', reason: 'x'.repeat(10_000) }, null, sound])).toEqual([
      { ...sound, kind: 'other', reason: expect.stringMatching(/^x{500,600}/) },
      sound,
    ]);
    expect(warnings(Array.from({ length: 1_000 }, () => sound)).length).toBe(20);
    const thrower = Object.defineProperty({}, 'warnings', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(answering(undefined, 'custom', thrower).warnings).toEqual([]);
  });

  it('passes heirs on, and takes one that cannot be read for none: the lease was released all the same', () => {
    const heard: unknown[] = [];
    const watch = (listener: (release: unknown) => void) => {
      for (const heir of ['b', undefined, '', 1, null]) listener({ key: 'orders', holder: 'a', heir });
      return () => undefined;
    };
    const store = { ...answering(undefined), watch } as unknown as LeaseStore;
    new CheckedLeaseStore(store).watch((release) => heard.push(release));
    const freed = { key: 'orders', holder: 'a' };
    expect(heard).toEqual([{ ...freed, heir: 'b' }, freed, freed, freed, freed]);
  });

  it('goes without hints of a store that cannot be watched, or tells nonsense, and says so', async () => {
    const problems: unknown[] = [];
    const heard: unknown[] = [];
    const watch = (how: (listener: (release: unknown) => void) => unknown) => {
      const store = { ...answering(undefined), watch: how } as unknown as LeaseStore;
      new CheckedLeaseStore(store, (problem) => problems.push(problem)).watch((release) =>
        heard.push(release),
      )();
    };
    watch(() => {
      throw new Error('No channel');
    });
    watch(() => Promise.reject(new Error('No channel')));
    watch((listener) => {
      listener(undefined);
      listener({ key: 1, holder: 'a' });
    });
    await setImmediate();
    expect(problems).toHaveLength(4);
    expect(heard).toEqual([]);
  });
});

describe('CheckedBoard', () => {
  const boardWith = (answer: () => unknown, clock = new TestClock()) =>
    new CheckedBoard(new Proxy({}, { get: () => answer }) as never, clock);
  const membersWith = (answer: () => unknown, clock = new TestClock()) =>
    new CheckedBoard({ members: new Proxy({}, { get: () => answer }) } as never, clock).members;

  it('answers in time, or with an error that names the method', async () => {
    const clock = new TestClock();
    const posted = boardWith(() => new Promise(() => undefined), clock).putPresence({
      id: 'a',
      text: '',
      ttl: 1,
    });
    const failure = expect(posted).rejects.toThrow('The board did not answer putPresence() within 5000 ms');
    await clock.advance(5_000);
    await failure;
  });

  it('takes no answer for one that is not: the revision, claims, lists', async () => {
    const board = boardWith(() => Promise.resolve('true'));
    await expect(board.revision()).rejects.toThrow(
      'The board answered revision() with "true": expected the revision to be a finite number',
    );
    await expect(board.claimCommand('a')).rejects.toThrow('claimCommand() with "true": expected a boolean');
    await expect(board.commands()).rejects.toThrow('expected a Map');
    await expect(board.look([{ key: 'a', fields: [] }])).rejects.toThrow('expected an array of 1');
  });

  it('leaves out entries that are none', async () => {
    const entries = new Map<unknown, unknown>([
      ['a', 'text'],
      ['b', 1],
      [2, 'text'],
    ]);
    expect(await boardWith(() => Promise.resolve(entries)).commands()).toEqual(new Map([['a', 'text']]));
    expect(await boardWith(() => Promise.resolve(['a', 1])).notes(2)).toEqual(['a']);
  });

  it('has members if the board has, and checks what they answer', async () => {
    const members = membersWith(() => Promise.resolve('true'));
    await expect(members?.put('a', '', 1)).rejects.toThrow('members.put() with "true": expected a Map');
    expect(new CheckedBoard({} as never, new TestClock()).members).toBeUndefined();
  });

  it('leaves out members that are none, are too long, or too many', async () => {
    const put = async (entries: readonly (readonly [unknown, unknown])[]) =>
      membersWith(() => Promise.resolve(new Map(entries)))?.put('a', '', 1);
    const long = 'x'.repeat(LONGEST_MEMBER + 1);
    const found = await put([
      ...[['a', 'text'] as const, ['b', 1] as const, [2, 'text'] as const, ['c', long] as const],
    ]);
    expect(found).toEqual(new Map([['a', 'text']]));
    const many = Array.from({ length: MOST_PRESENCES + 1 }, (_, i) => [`${i}`, ''] as const);
    expect((await put(many))?.size).toBe(MOST_PRESENCES);
  });

  it('waits for members no longer than for the board, and goes without hints of one that cannot be watched', async () => {
    const clock = new TestClock();
    const late = membersWith(() => new Promise(() => undefined), clock);
    const failure = expect(late?.put('a', '', 1)).rejects.toThrow(
      'did not answer members.put() within 5000 ms',
    );
    await clock.advance(5_000);
    await failure;
    const broken = membersWith(() => {
      throw new Error('No channel');
    });
    expect(() => broken?.watch(() => undefined)()).not.toThrow();
  });
});
