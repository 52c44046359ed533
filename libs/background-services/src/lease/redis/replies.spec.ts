import { describe, expect, it } from '@jest/globals';
import { StoreError } from '../../errors/index.js';
import {
  asTtl,
  readAcquireReplies,
  readRecordReply,
  readReleaseReplies,
  readRenewReplies,
} from './replies.js';

const TIME = 1_700_000_000_000;
const TOKEN = 1_700_000_000_001;

/** What no script of ours answers, wherever it stands. */
const GARBAGE: [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'OK'],
  ['a number', 1],
  ['a map', { 0: 1 }],
  ['an empty array', []],
  ['an array of nothing', [null]],
  ['a text for a code', ['1']],
  ['an unknown code', [7, 'a']],
  ['a loss without a holder', [0]],
  ['a loss to a number', [0, 42]],
];

describe('readAcquireReplies', () => {
  it('reads grants and refusals, in order', () => {
    const answer = [
      TIME,
      [1, TOKEN, ['start:a', '1', '__proto__', 'x'], TOKEN - 1],
      [0, 'other', 1_500],
      [0, 'DISABLED', -1],
    ];
    const ledger = Object.fromEntries([
      ['start:a', '1'],
      ['__proto__', 'x'],
    ]);
    expect(readAcquireReplies(answer, 3)).toEqual([
      { outcome: 'acquired', token: TOKEN, ledger, storeTime: TIME },
      { outcome: 'held', holder: 'other', ttl: 1_500 },
      { outcome: 'held', holder: 'DISABLED', ttl: null },
    ]);
  });

  it.each([
    ...GARBAGE,
    ['no reply for the lease', [TIME]],
    ['a reply too many', [TIME, [1, TOKEN, [], 0], [1, TOKEN, [], 0]]],
    ['no time', [null, [1, TOKEN, [], 0]]],
    ['no token', [TIME, [1, null, [], 0]]],
    ['a token that is no number', [TIME, [1, 'x', [], 0]]],
    ['a fractional token', [TIME, [1, 1.5, [], 0]]],
    ['a token beyond what a number can tell apart', [TIME, [1, 2 ** 53, [], 0]]],
    ['a token of an overflow', [TIME, [1, -(2 ** 63), [], 0]]],
    ['no ledger', [TIME, [1, TOKEN]]],
    ['no token before', [TIME, [1, TOKEN, []]]],
    ['half an entry in the ledger', [TIME, [1, TOKEN, ['field'], 0]]],
    ['a number in the ledger', [TIME, [1, TOKEN, ['field', 1], 0]]],
    ['a refusal without a time', [TIME, [0, 'other', null]]],
    ['an error among the replies', [TIME, new Error('OOM')]],
  ])('never makes a leader of %s', (_what, answer) => {
    expect(() => readAcquireReplies(answer, 1)).toThrow(StoreError);
  });
});

describe('readRenewReplies', () => {
  it('reads renewals and losses, in order', () => {
    expect(readRenewReplies([TIME, [1], [0, 'other'], [0, '']], 3)).toEqual([
      { outcome: 'renewed', storeTime: TIME },
      { outcome: 'lost', holder: 'other' },
      { outcome: 'lost', holder: null },
    ]);
  });

  it.each([...GARBAGE.map(([what, reply]) => [what, [TIME, reply]] as const), ...GARBAGE])(
    'neither prolongs nor ends a term on %s',
    (_what, answer) => {
      expect(() => readRenewReplies(answer, 1)).toThrow(StoreError);
    },
  );
});

describe('readReleaseReplies', () => {
  it('reads releases and losses, in order', () => {
    expect(readReleaseReplies([[1], [0, 'other'], [0, '']], 3)).toEqual([
      { outcome: 'released' },
      { outcome: 'lost', holder: 'other' },
      { outcome: 'lost', holder: null },
    ]);
  });

  it.each([
    ...GARBAGE.map(([what, reply]) => [what, [reply]] as const),
    ...GARBAGE,
    ['a reply too many', [[1], [1]]] as const,
  ])('knows nothing after %s', (_what, answer) => {
    expect(() => readReleaseReplies(answer, 1)).toThrow(StoreError);
  });
});

describe('readRecordReply', () => {
  it('reads a write, a conflict and a loss', () => {
    expect(readRecordReply([1])).toEqual({ outcome: 'recorded' });
    expect(readRecordReply([2, 'now'])).toEqual({ outcome: 'conflict', current: 'now' });
    expect(readRecordReply([2, null])).toEqual({ outcome: 'conflict', current: null });
    expect(readRecordReply([0, ''])).toEqual({ outcome: 'lost', holder: null });
  });

  it.each([...GARBAGE, ['a conflict with a number', [2, 5]] as [string, unknown]])(
    'knows nothing after %s',
    (_what, answer) => {
      expect(() => readRecordReply(answer)).toThrow(StoreError);
    },
  );
});

describe('asTtl', () => {
  it('tells milliseconds left from none', () => {
    expect([asTtl(0), asTtl(15), asTtl(-1), asTtl(-2)]).toEqual([0, 15, null, null]);
  });

  it.each([undefined, null, '15', 1.5, NaN])('refuses %p', (value) => {
    expect(() => asTtl(value)).toThrow(StoreError);
  });
});
