import { describe, expect, it } from '@jest/globals';
import { problemOf } from './to-problem.js';

describe('problemOf', () => {
  it('keeps the causes of an error: they say what to do about it', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
    expect(problemOf(new Error('Failed query: select 1', { cause })).detail).toBe(
      'Failed query: select 1 (cause: connect ECONNREFUSED 127.0.0.1:5432)',
    );
    expect(problemOf(new Error('x'.repeat(5_000), { cause })).detail).toMatch(
      /^x+… \(cause: connect [^]+\)$/,
    );
  });

  it('takes the status and the code that the work names', () => {
    expect(problemOf(Object.assign(new Error('Gone'), { status: 410, code: 'GONE' }))).toEqual({
      ...{ type: 'about:blank', title: 'Error', status: 410, detail: 'Gone', code: 'GONE' },
    });
    expect(problemOf({ message: 'a plain object', status: 99 })).toMatchObject({
      ...{ status: 500, detail: 'a plain object', code: 'ERROR' },
    });
  });

  it('makes a problem of whatever was thrown', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = new Proxy(new Error('x'), { get: trap, getPrototypeOf: trap, has: trap });
    for (const thrown of [hostile, { toString: trap }, null, undefined, Symbol('x'), 1n, Object.create(null)])
      expect(problemOf(thrown)).toMatchObject({ status: 500, title: 'Error', detail: expect.any(String) });
  });
});
