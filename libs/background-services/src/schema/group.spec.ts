import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { check } from './check.js';
import { group } from './group.js';
import { callback, flag, number, oneOf, orFalse, port, problemsIn, text, whole } from './values.js';

const OPTIONS = group({
  ttl: v.optional(number({ min: 300 }), 30_000),
  share: v.optional(number({ min: 0, max: 1 }), 0.2),
  retries: v.optional(whole(1, 10), 3),
  verbose: v.optional(flag, false),
  logs: v.optional(oneOf('text', 'structured'), 'text'),
  name: v.optional(text(/^[a-z]+$/, 'lower-case letters')),
  onOpen: v.optional(callback<() => void>()),
  clock: v.optional(port<{ wall(): number; monotonic(): number }>('wall', 'monotonic')),
  health: v.optional(orFalse(group({ path: v.optional(v.string('a path'), '/') }, 'an object or false')), {}),
});

/** What is said of the options, line by line. */
function problemsOf(options: unknown): readonly string[] {
  return check(OPTIONS, options).problems.map(({ field, expected }) => `${field}: ${expected}`);
}

describe('A group of options', () => {
  it('fills in the defaults, nested ones too, and leaves out what has none', () => {
    expect(check(OPTIONS, {}).value).toStrictEqual({
      ...{ ttl: 30_000, share: 0.2, retries: 3, verbose: false, logs: 'text' },
      health: { path: '/' },
    });
    expect(check(OPTIONS, { health: false }).value.health).toBe(false);
  });

  it('says of each wrong value what it expects, in plain English', () => {
    const options = {
      ...{ ttl: 1, share: 2, retries: 1.5, verbose: 'yes', logs: 'json', name: 'A', onOpen: 1 },
      ...{ clock: { wall: () => 0 }, health: true },
    };
    expect(problemsOf(options)).toEqual([
      'ttl: a number of at least 300',
      'share: a number from 0 to 1',
      'retries: a whole number from 1 to 10',
      'verbose: a boolean',
      "logs: 'text' or 'structured'",
      'name: lower-case letters',
      'onOpen: a function',
      'clock: an object with the methods wall, monotonic',
      'health: an object or false',
    ]);
  });

  it('counts as far as its bound, and as far as numbers go without one', () => {
    const counts = group({ failures: whole(1), jobs: whole(1, Number.MAX_SAFE_INTEGER) });
    expect(check(counts, { failures: Number.MAX_VALUE, jobs: Number.MAX_SAFE_INTEGER }).problems).toEqual([]);
    expect(check(counts, { failures: Infinity, jobs: 1e300 }).problems).toEqual([
      { field: 'failures', expected: 'a whole number of at least 1', received: Infinity },
      { field: 'jobs', expected: 'a whole number from 1 to 9007199254740991', received: 1e300 },
    ]);
  });

  it('names every field that it does not know, and the one that was meant', () => {
    expect(problemsOf({ tll: 1, path: 2, health: { pth: '/' } })).toEqual([
      expect.stringMatching(/^tll: one of ttl, share, .* \(did you mean ttl\?\)$/),
      expect.stringMatching(/^path: one of ttl, share, .*, health$/),
      'health.pth: one of path (did you mean path?)',
    ]);
  });

  it('does not take minutes over what is no options at all', () => {
    const options = Object.fromEntries(Object.entries('x'.repeat(1_000_000)));
    expect(problemsOf(options)).toHaveLength(100);
  });

  it('shows nobody what a field that it does not know may hide', () => {
    const { problems } = check(OPTIONS, { password: 'hunter2', connection: { host: 'a', auth: 'hunter2' } });
    expect(problems.map(({ received }) => received)).toEqual(['***', 'an object']);
  });

  it('refuses in its own words what cannot be looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(problemsOf({ ttl: proxy, name: proxy, clock: proxy, health: proxy, retries: 1n })).toEqual([
      'ttl: a number of at least 300',
      'retries: a whole number from 1 to 10',
      'name: lower-case letters',
      'clock: an object with the methods wall, monotonic',
      'health: an object or false',
    ]);
    expect(problemsOf(proxy)).toEqual(['options: an object']);
    const getter = {
      get ttl() {
        throw new Error('not today');
      },
    };
    expect(problemsOf(getter)).toEqual(['ttl: a field that can be read']);
  });

  it('never takes what cannot be looked at for an empty object', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const any = problemsIn<object>(() => []);
    const schema = group({ redis: any, shutdown: v.optional(group({ path: v.optional(v.string()) }), {}) });
    expect(check(schema, { redis: 6379n, shutdown: 5n }).problems).toEqual([
      { field: 'redis', expected: 'a value that can be read', received: 6379n },
      { field: 'shutdown', expected: 'an object', received: 5n },
    ]);
    const found = (value: unknown) =>
      value === proxy ? [{ field: '', expected: 'a server', received: value }] : [];
    const { problems } = check(group({ redis: problemsIn<object>(found) }), { redis: proxy });
    expect(problems.map(({ field }) => field)).toEqual(['redis']);
  });

  it('reads each field once', () => {
    let reads = 0;
    const options = {
      get ttl() {
        reads += 1;
        return 500;
      },
    };
    expect(check(OPTIONS, options).value.ttl).toBe(500);
    expect(reads).toBe(1);
  });

  it('has the right fields even if others are wrong, and the defaults of what is no object', () => {
    const { value } = check(OPTIONS, { ttl: 500, share: 'half', health: 5 });
    expect(value).toMatchObject({ ttl: 500, share: 'half', health: { path: '/' } });
  });

  it('takes over the problems that a function finds in a value', () => {
    const schema = group({
      redis: problemsIn<object>(() => [
        { field: '', expected: 'a server', received: 'redis://:hunter2@host' },
        { field: '.sentinels[0].host', expected: 'a host', received: undefined },
        { field: '[2].port', expected: 'a port', received: 0 },
      ]),
    });
    expect(check(schema, { redis: {} }).problems).toEqual([
      { field: 'redis', expected: 'a server', received: 'redis://***@host' },
      { field: 'redis.sentinels[0].host', expected: 'a host', received: undefined },
      { field: 'redis[2].port', expected: 'a port', received: 0 },
    ]);
  });
});

describe('Checks across fields', () => {
  const TTL = {
    field: 'ttl',
    expected: ({ retries }: { retries: number }) => `at least ${retries} times 100`,
  };

  it('say what they expect, and received', () => {
    const checked = check(OPTIONS, { ttl: 300, retries: 4 });
    checked.compare([{ ...TTL, holds: ({ ttl, retries }) => ttl >= 100 * retries }], checked.value);
    expect(checked.problems).toEqual([{ field: 'ttl', expected: 'at least 4 times 100', received: 300 }]);
  });

  it('are left out where what they need is wrong in itself', () => {
    const checked = check(OPTIONS, { ttl: 300, health: { path: 5 } });
    checked.compare([{ ...TTL, needs: ['health'], holds: () => false }], checked.value);
    expect(checked.problems.map(({ field }) => field)).toEqual(['health.path']);
  });

  it('do not hold if they throw', () => {
    const checked = check(OPTIONS, {});
    const holds = () => {
      throw new Error('a getter of the app');
    };
    checked.compare([{ field: 'clock', expected: 'a clock', holds }], checked.value);
    expect(checked.problems).toEqual([{ field: 'clock', expected: 'a clock', received: undefined }]);
  });

  it('do not throw where they say what they expect, or look at what was given', () => {
    const checked = check(OPTIONS, {});
    const broken = () => {
      throw new Error('a getter of the app');
    };
    const options = Object.defineProperty({}, 'clock', { get: broken });
    checked.compare([{ field: 'clock', expected: broken, holds: () => false }], options);
    expect(checked.problems).toEqual([
      { field: 'clock', expected: 'a value that can be read', received: undefined },
    ]);
  });
});
