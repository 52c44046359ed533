import { describe, expect, it } from '@jest/globals';
import { missingFrom, newest, stamp, stampAll, type StampedLedger, unstamp } from './stamped-ledger.js';

describe('a stamped ledger', () => {
  it('is the same without its stamps, whatever the values are', () => {
    const ledger = { a: '', b: '1.2 three', c: 'line\nbreak', ['__proto__']: 'x' };
    expect(unstamp(stampAll(ledger, 7, 1))).toEqual(ledger);
  });

  it('leaves a value alone that a single Redis has stored without a stamp', () => {
    expect(unstamp({ a: '{"pattern":"* * * * *"}' })).toEqual({ a: '{"pattern":"* * * * *"}' });
  });

  it('has the newest of each entry, by term and then by turn, whichever node has it', () => {
    const [old, late, next] = [stamp('old', 9, 30), stamp('late', 10, 4), stamp('next', 10, 11)];
    const nodes: StampedLedger[] = [{ a: late, b: old }, { a: next }, { a: old, c: 'unstamped' }];
    for (const order of [nodes, nodes.toReversed()])
      expect(newest(order)).toEqual({ a: next, b: old, c: 'unstamped' });
  });

  it('tells what a node lacks: what it never had, and what it has an older value of', () => {
    const [older, newer] = [stamp('1', 5, 9), stamp('2', 6, 1)];
    const ledger = { a: newer, b: newer, c: newer };
    expect(missingFrom({ a: newer, b: older, d: older }, ledger)).toEqual({ b: newer, c: newer });
    expect(missingFrom({ a: newer }, { a: older })).toEqual({});
  });
});
