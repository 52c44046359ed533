import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JobStoreError } from '../../errors/index.js';
import type { ItemOutcome } from '../../model/index.js';
import * as decode from './decode.js';

const HASH = {
  ...{ id: 'i', type: 't', state: 'running', request: '{"a":1}' },
  ...{ total: '4', completed: '1', failed: '1', skipped: '0', createdAt: '1', updatedAt: '2' },
  ...{ startedAt: '', finishedAt: '', error: '', cancelRequestedAt: '', revision: '3', run: '1' },
};
const PAIRS = Object.entries(HASH).flat();
const RUN = [PAIRS, 1, ['a', 'b'], [null, '"x"']];
const ITEMS = [2, 'a', '', 'b', '{"status":"done","at":5}'];

const READERS: [string, (answer: unknown) => unknown, unknown][] = [
  ['a job', decode.decodeJob, PAIRS],
  ['progress', decode.decodeProgress, ['4', '1', '1', '0', '', '3']],
  ['what create says', decode.decodeCreate, ['created', PAIRS]],
  ['a run', decode.decodeRun, RUN],
  ['jobs', decode.decodeJobs, ['', PAIRS, PAIRS]],
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

describe('what is read', () => {
  it('is the job', () => {
    expect(decode.decodeJob(PAIRS)).toEqual({
      ...{ id: 'i', type: 't', state: 'running', request: { a: 1 }, percentage: 50 },
      counts: { total: 4, completed: 1, failed: 1, skipped: 0 },
      ...{ createdAt: 1, updatedAt: 2, startedAt: null, finishedAt: null, error: null },
      ...{ cancelRequestedAt: null, revision: 3, run: 1 },
    });
    expect(decode.decodeJob([])).toBeUndefined();
  });

  it('is the run, with what is left to do', () => {
    expect(decode.decodeRun(RUN)).toMatchObject({
      run: 1,
      pending: [
        { key: 'a', payload: undefined },
        { key: 'b', payload: '"x"' },
      ],
    });
    expect(decode.decodeRun([PAIRS, 0, [], []]).pending).toBeUndefined();
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

  it.each(Object.keys(HASH))('is no job without its %s', (field) => {
    const pairs = Object.entries(HASH).filter(([name]) => name !== field);
    expect(() => decode.decodeJob(pairs.flat())).toThrow(JobStoreError);
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
    const notice = { id: 'i', revision: 2, cancel: true, final: false };
    expect(decode.decodeNotice(JSON.stringify(notice))).toEqual(notice);
  });

  it('is none, whatever else somebody publishes', () => {
    for (const text of ['', 'null', '1', '[]', '{}', '{"id":1,"revision":1}', '{"id":"i"}'])
      expect(decode.decodeNotice(text)).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decode.decodeNotice(text)));
  });
});
