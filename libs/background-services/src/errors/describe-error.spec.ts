import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { describeError } from './describe-error.js';

const caused = (message: string, cause: unknown) => new Error(message, { cause });
const messageOf = (error: unknown, length?: number) => describeError(error, length).message;

describe('describeError', () => {
  it('tells the causes of an error, the nearest first', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:5432');
    expect(messageOf(caused('Failed query: select 1', refused))).toBe(
      'Failed query: select 1 (cause: connect ECONNREFUSED 127.0.0.1:5432)',
    );
    expect(messageOf(caused('No prices', caused('Failed query', refused)))).toBe(
      'No prices (cause: Failed query; cause: connect ECONNREFUSED 127.0.0.1:5432)',
    );
    expect(messageOf(caused('No prices', 'a text'))).toBe('No prices (cause: a text)');
  });

  it('does not tell a cause twice that the error quotes', () => {
    expect(messageOf(caused('Failed: no route', new Error('no route')))).toBe('Failed: no route');
  });

  it('tells the first errors of an AggregateError, and how many more there are', () => {
    const all = (count: number) => Array.from({ length: count }, (_, i) => new Error(`no ${i}`));
    expect(messageOf(new AggregateError(all(2), 'All failed'))).toBe('All failed (errors: no 0, no 1)');
    expect(messageOf(new AggregateError(all(7), 'All failed'))).toBe(
      'All failed (errors: no 0, no 1, no 2, no 3, no 4, 2 more)',
    );
    expect(messageOf(caused('No prices', new AggregateError(all(1), 'All failed')))).toBe(
      'No prices (cause: All failed; errors: no 0)',
    );
  });

  it('tells the code of an error that has no message, as those of Node may', () => {
    const error = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), {
      code: 'ECONNREFUSED',
    });
    expect(messageOf(error)).toBe('ECONNREFUSED (errors: connect ECONNREFUSED ::1:1)');
  });

  it('reads the errors of Node, which are of another realm here', async () => {
    const error = await new Promise((resolve) => connect(1, '127.0.0.1').on('error', resolve));
    expect(messageOf(caused('Failed', error))).toBe('Failed (cause: connect ECONNREFUSED 127.0.0.1:1)');
  });

  it('cuts a long message before it cuts the causes, which say more', () => {
    const message = messageOf(caused(`Failed query: ${'x'.repeat(10_000)}`, new Error('no route')), 100);
    expect(message).toHaveLength(100);
    expect(message).toMatch(/^Failed query: x+… \(cause: no route\)$/);
    expect(messageOf(caused('Failed', new Error('y'.repeat(10_000))), 100)).toMatch(
      /^Failed \(cause: y{42}…\)$/,
    );
  });

  it('follows causes for a while only, and in no circle', () => {
    const circle = new Error('round');
    circle.cause = caused('and', circle);
    expect(messageOf(circle)).toBe('round (cause: and)');
    let deep = new Error('last');
    for (let i = 0; i < 10_000; i++) deep = caused(`level ${i}`, deep);
    expect(messageOf(deep).match(/cause: /g)).toHaveLength(5);
    const many = new AggregateError([circle], 'many');
    many.errors.push(many);
    expect(messageOf(many)).toContain('errors: round');
  });

  it('never throws, and shows what can be shown', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = (field: string) => Object.defineProperty(new Error('shown'), field, { get: trap });
    for (const field of ['stack', 'cause', 'code', 'errors']) expect(messageOf(hostile(field))).toBe('shown');
    expect(messageOf(hostile('message'))).toBe('(cannot be shown)');
    expect(messageOf(caused('Failed', hostile('message')))).toBe('Failed (cause: (cannot be shown))');
    expect(messageOf(new Proxy(new Error('x'), { get: trap }))).toBe('(cannot be shown)');
    expect(messageOf({ toString: trap })).toBe('(cannot be shown)');
    expect(messageOf(null)).toBe('null');
  });
});
