import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StoreError } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { type FakeRedis, startFakeRedis } from '../../support/fake-redis.js';
import { acquire, renew } from '../../support/leases.js';
import { until } from '../../support/until.js';
import { everyCommand, KEY, LIMIT, open, SLACK, timed } from './outage.js';

const ERRORS = [
  'LOADING',
  'BUSY',
  'MOVED 1 127.0.0.1:1',
  'NOAUTH',
  'OOM',
  'READONLY',
  'NOSCRIPT',
  'WRONGTYPE',
];

const bulk = (text: string) => `$${Buffer.byteLength(text, 'latin1')}\r\n${text}\r\n`;
const array = (items: readonly string[]) => `*${items.length}\r\n${items.join('')}`;

/** One value of the Redis protocol, in no shape that a lease script gives. */
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('$-1\r\n', '*-1\r\n', '*0\r\n', '+OK\r\n', '_\r\n', '#t\r\n', ',1.5\r\n', '%0\r\n'),
    fc.integer().map((number) => `:${number}\r\n`),
    fc.constantFrom(...ERRORS).map((kind) => `-${kind} as a test wants it\r\n`),
    fc.string().map(bulk),
    fc.array(tie('value'), { maxLength: 4 }).map(array),
  ),
}));

const huge = fc.constantFrom(
  bulk('x'.repeat(1_000_000)),
  array(Array.from({ length: 100_000 }, () => ':1\r\n')),
  `-ERR ${'x'.repeat(1_000_000)}\r\n`,
  `${'*1\r\n'.repeat(1_000)}:1\r\n`,
);

/** A yes, a no with the holder, a conflict; the same for a list of one release: all that scripts say of a single lease without a time. */
const SOUND = /^(\*1\r\n)?\*(1\r\n:1|2\r\n:[02])\r\n/;

/** What comes over the wire: a value, the beginning of one, or no Redis protocol at all. */
const garbage = fc
  .oneof(
    { weight: 6, arbitrary: value },
    { weight: 2, arbitrary: fc.tuple(value, fc.nat(40)).map(([text, length]) => text.slice(0, length)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
    { weight: 1, arbitrary: huge },
  )
  .filter((text) => !SOUND.test(text));

describe('RedisLeaseStore, whatever Redis answers,', () => {
  afterEach(cleanUpAll);

  it('has an unknown for it, within the time limit, and works again afterwards', async () => {
    const fake = await startFakeRedis('');
    const store = open(fake.url);
    const property = fc.asyncProperty(garbage, fc.boolean(), async (answer, thenClose) => {
      Object.assign(fake, { answer, reads: answer, thenClose } satisfies Partial<FakeRedis>);
      const duration = await timed(async () => {
        const replies = await Promise.all(everyCommand(store));
        expect(replies.map(({ outcome }) => outcome)).toEqual(replies.map(() => 'unknown'));
        for (const reply of replies)
          if (reply.outcome === 'unknown') expect(reply.error).toBeInstanceOf(Error);
        await expectViewOrStoreError(store);
      });
      expect(duration).toBeLessThan(2 * LIMIT + 4 * SLACK);
      Object.assign(fake, {
        thenClose: false,
        reads: ':-2\r\n',
        answer: `*2\r\n:1700000000000\r\n*1\r\n:1\r\n`,
      });
      await until(() => renew(store, { key: KEY, holder: 'a', token: 1 }), {
        what: 'a sound answer',
        satisfies: ({ outcome }) => outcome === 'renewed',
        every: 5,
      });
    });
    await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 8_000, endOnFailure: true });
  });

  it.each(ERRORS)('keeps its word for the error %s', async (kind) => {
    const store = open((await startFakeRedis(`-${kind} as a test wants it\r\n`)).url);
    expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
  });
});

async function expectViewOrStoreError(store: ReturnType<typeof open>): Promise<void> {
  try {
    const [view] = await store.inspect([KEY]);
    expect(['string', 'object']).toContain(typeof view?.holder);
    expect(Array.isArray(view?.holder)).toBe(false);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    expect((error as Error).message.length).toBeLessThan(3_000);
  }
}
