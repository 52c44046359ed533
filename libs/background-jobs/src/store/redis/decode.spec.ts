import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { JobStoreError } from '../../errors/index.js';
import type { ItemOutcome } from '../../model/index.js';
import * as decode from './decode.js';
import { JOB_FIELDS, type JobField } from './script-common.js';

const HASH = {
  ...{ id: 'i', type: 't', state: 'running', request: '{"a":1}' },
  ...{ total: '4', completed: '1', failed: '1', skipped: '0', createdAt: '1', updatedAt: '2' },
  ...{ startedAt: '', finishedAt: '', error: '', cancelRequestedAt: '', revision: '3', run: '1' },
};
const ID = '018bcfe5-6800-7000-8000-000000000000';
const FIELDS = JOB_FIELDS.map((name) => ({ ...HASH, id: ID })[name]);
const ITEMS = [2, 'a', '', 'b', '{"status":"done","at":5}'];

const textOf = (answer: unknown) => (typeof answer === 'string' ? answer : inspect(answer));

/** Of these, nothing is an error: what cannot be read is shown as such. */
const TOTAL: [string, (answer: unknown) => unknown][] = [
  ['a job', (answer) => decode.decodeJob(ID, answer)],
  ['an outcome', (answer) => decode.decodeItem('a', textOf(answer))],
  ['a notice', (answer) => decode.decodeNotice(textOf(answer))],
];

const READERS: [string, (answer: unknown) => unknown, unknown][] = [
  ['progress', decode.decodeProgress, ['4', '1', '1', '0', '', '3']],
  ['what create says', decode.decodeCreate, ['created', ID, FIELDS]],
  ['pending items', decode.decodePending, [2, 0, ['a', 'b'], [null, '"x"'], [0, 1]]],
  ['items', decode.decodeItems, ITEMS],
  ['texts', decode.asTexts, ['a']],
  ['a count', decode.asCount, 3],
];

/** What a client of Redis may give back, and more. */
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true }),
  fc.constantFrom<unknown>('', '[]', 'null', '{', '__proto__', -1, 0, 1, Number.NaN, [], [[]], [null]),
);

function expectSoundOrError(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(JobStoreError);
    expect((error as Error).message.length).toBeLessThan(400);
  }
}

describe.each(READERS)('the reader of %s', (_, read, sound) => {
  it('reads what is sound', () => {
    expect(() => read(sound)).not.toThrow();
  });

  it('has a JobStoreError for whatever else comes', () => {
    fc.assert(fc.property(anything, (answer) => expectSoundOrError(() => read(answer))));
  });

  it('has a JobStoreError for what is sound but in one place', () => {
    const property = fc.property(fc.nat(), fc.nat(), anything, (at, deeper, junk) => {
      const answer = structuredClone(sound);
      if (!Array.isArray(answer)) return;
      const place = at % answer.length;
      const inner: unknown = answer[place];
      if (Array.isArray(inner) && deeper % 2) inner[deeper % inner.length] = junk;
      else answer[place] = junk;
      expectSoundOrError(() => read(answer));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe.each(TOTAL)('the reader of %s', (_, read) => {
  const hostile = fc.oneof(
    anything,
    fc.json(),
    fc.constantFrom('['.repeat(100_000), '9'.repeat(400), 'x'.repeat(1e6), '{"status":"done","at":8.64e16}'),
  );

  it('does not throw, and gives what can be shown, whatever comes', () => {
    const property = fc.property(hostile, (answer) => void JSON.stringify(read(answer)));
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a job', () => {
  const replaced = (name: JobField, value: unknown) =>
    FIELDS.map((field, i) => (JOB_FIELDS[i] === name ? value : field));

  it('is read', () => {
    expect(decode.decodeJob(ID, FIELDS)).toEqual({
      ...{ id: ID, type: 't', state: 'running', request: { a: 1 }, percentage: 50 },
      counts: { total: 4, completed: 1, failed: 1, skipped: 0 },
      ...{ createdAt: 1, updatedAt: 2, startedAt: null, finishedAt: null, error: null },
      ...{ cancelRequestedAt: null, revision: 3, run: 1 },
    });
    expect(decode.decodeJob(ID, [])).toBeUndefined();
  });

  it.each(JOB_FIELDS)('says that its %s cannot be read, and shows the rest', (name) => {
    const numbers = name === 'request' || name === 'type' ? [] : ['-1', '1e400', '9'.repeat(30)];
    for (const value of [null, '\0', '{', '['.repeat(5_000), ...numbers])
      expect(decode.decodeJob(ID, replaced(name, value))).toMatchObject({
        ...{ id: ID, unreadable: [name] },
        ...(name === 'completed' ? {} : { counts: { completed: 1 } }),
      });
  });

  it.each<JobField>(['createdAt', 'updatedAt', 'startedAt', 'finishedAt', 'cancelRequestedAt'])(
    'has a %s that is a date, or none',
    (name) => {
      const beyond = decode.decodeJob(ID, replaced(name, '8640000000000001'));
      expect(beyond).toMatchObject({ unreadable: [name] });
      expect(() => new Date(beyond!.createdAt).toISOString()).not.toThrow();
      expect(decode.decodeJob(ID, replaced(name, '8640000000000000'))).toMatchObject({ [name]: 8.64e15 });
    },
  );

  it('of which nothing can be read has failed, and says why', () => {
    expect(decode.decodeJob(ID, 'list')).toMatchObject({
      ...{ id: ID, state: 'failed', createdAt: 1_700_000_000_000, unreadable: JOB_FIELDS },
      error: { code: 'BGJ_UNREADABLE' },
    });
  });

  it('has a request that can be sent again, however deeply somebody nested it', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}"[[{"${']'.repeat(depth)}`;
    expect(decode.decodeJob(ID, replaced('request', nested(500)))?.unreadable).toBeUndefined();
    expect(decode.decodeJob(ID, replaced('request', nested(501)))).toMatchObject({
      ...{ request: null, unreadable: ['request'] },
    });
    expect(
      decode.decodeJob(ID, replaced('request', JSON.stringify({ text: '['.repeat(2_000) })))?.unreadable,
    ).toBe(undefined);
  });
});

describe('what is read', () => {
  it('is what is left to do, with where it stands', () => {
    expect(decode.decodePending([9, 1, ['a', 'b'], [null, '"x"'], [3, 8]])).toEqual({
      ...{ next: 9, missing: 1, positions: [3, 8] },
      items: [
        { key: 'a', payload: undefined },
        { key: 'b', payload: '"x"' },
      ],
    });
  });

  it('is the page of items', () => {
    expect(decode.decodeItems(ITEMS)).toEqual({
      entries: [
        { key: 'a', status: 'pending', settledAt: null },
        { key: 'b', status: 'done', settledAt: 5 },
      ],
      next: '2',
    });
  });

  it('is each reply to create', () => {
    expect(decode.decodeCreate(['full', 2])).toEqual({ outcome: 'full', pending: 2 });
    expect(decode.decodeCreate(['mismatch', 'i'])).toEqual({ outcome: 'mismatch', id: 'i' });
    expect(() => decode.decodeCreate(['exists'])).toThrow(JobStoreError);
  });

  it.each([
    'null',
    '1',
    '"x"',
    '[]',
    '{',
    '{"status":"x","at":1}',
    '{"status":"done"}',
    '{"status":"failed","at":1}',
  ])('of the outcome %j is an item that failed, and says why', (outcome) => {
    expect(decode.decodeItem('a', outcome)).toEqual({
      ...{ key: 'a', status: 'failed', settledAt: null },
      error: expect.objectContaining({ code: 'BGJ_UNREADABLE' }),
    });
  });

  it('of an item is what was written', () => {
    const error = { type: 'x', title: '"', status: 500, detail: '\0', code: 'X' };
    const outcome: ItemOutcome = { status: 'failed', error };
    expect(decode.decodeItem('a', decode.encodeOutcome(outcome, 7))).toEqual({
      key: 'a',
      ...outcome,
      settledAt: 7,
    });
  });
});

describe('a notice', () => {
  it('is what it says', () => {
    const notice = { id: ID, revision: 2, cancel: true, final: false };
    expect(decode.decodeNotice(JSON.stringify(notice))).toEqual(notice);
  });

  it('is none, whatever else somebody publishes', () => {
    for (const text of ['', 'null', '1', '[]', '{}', '{"id":1,"revision":1}', '{"id":"i"}'])
      expect(decode.decodeNotice(text)).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decode.decodeNotice(text)));
  });
});
