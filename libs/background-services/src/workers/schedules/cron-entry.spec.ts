import { describe, expect, it } from '@jest/globals';
import { decodeCronEntry, encodeCronEntry } from './cron-entry.js';

describe('decodeCronEntry', () => {
  it('reads back a settled entry', () => {
    const entry = { pattern: '* * * * * UTC', through: 60_000 };
    expect(decodeCronEntry(encodeCronEntry(entry))).toEqual(entry);
  });

  it('reads back a slot that is running', () => {
    const entry = { pattern: '* * * * * UTC', through: 60_000, running: { slot: 60_000, token: 7 } };
    expect(decodeCronEntry(encodeCronEntry(entry))).toEqual(entry);
  });

  it.each([
    undefined,
    null,
    '',
    'not json',
    'null',
    '[]',
    '42',
    '{}',
    '{"pattern":"* * * * *"}',
    '{"pattern":5,"through":1}',
    '{"pattern":"p","through":"1"}',
    '{"pattern":"p","through":null}',
    '{"pattern":"p","through":1e300}',
    '{"pattern":"p","through":1e999}',
    '{"pattern":"p","through":8640000000000000}',
    '{"pattern":"p","through":-1}',
  ])('takes %j for none', (text) => {
    expect(decodeCronEntry(text)).toBeUndefined();
  });

  it.each([
    'null',
    '5',
    '"slot"',
    '{}',
    '{"slot":1000}',
    '{"slot":"1000","token":1}',
    '{"slot":1e300,"token":1}',
    '{"slot":-1,"token":1}',
    '{"slot":2000,"token":1}',
    '{"slot":1000,"token":1e999}',
  ])('takes a running slot of %s for none, and keeps the rest', (running) => {
    expect(decodeCronEntry(`{"pattern":"p","through":1000,"running":${running}}`)).toEqual({
      pattern: 'p',
      through: 1_000,
      running: undefined,
    });
  });
});
