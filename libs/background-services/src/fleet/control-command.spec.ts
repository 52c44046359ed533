import { describe, expect, it } from '@jest/globals';
import { InvalidCommandError } from '../errors/index.js';
import { checkReason, decodeControlRecord, decodeLeaderCommand } from './control-command.js';

describe('checkReason', () => {
  it('trims both texts', () => {
    expect(checkReason({ by: ' ada ', why: '\tclosed\n' })).toEqual({ by: 'ada', why: 'closed' });
  });

  it.each([
    ['by', { by: '', why: 'x' }],
    ['by', { by: 'x'.repeat(201), why: 'x' }],
    ['by', { why: 'x' }],
    ['why', { by: 'x', why: '  ' }],
    ['why', { by: 'x', why: 'x'.repeat(501) }],
    ['why', { by: 'x', why: 5 }],
  ])('refuses a wrong %s', (field, reason) => {
    expect(() => checkReason(reason as never)).toThrow(InvalidCommandError);
    expect(() => checkReason(reason as never)).toThrow(new RegExp(`^${field}: expected a text of 1 to`));
  });
});

describe('decodeLeaderCommand', () => {
  const order = { action: 'trigger', key: 'k', target: 'w', by: 'ada', why: 'x', at: 5 };

  it('reads what was written, under the id that it was put up with', () => {
    expect(decodeLeaderCommand('1', JSON.stringify({ ...order, id: 'another' }))).toEqual({
      ...order,
      id: '1',
    });
  });

  it.each([
    '',
    'null',
    '5',
    '[]',
    JSON.stringify({ ...order, action: 'format-disk' }),
    JSON.stringify({ ...order, action: 'pause' }),
    JSON.stringify({ ...order, key: 5 }),
    JSON.stringify({ ...order, at: 'now' }),
  ])('takes %j for none', (text) => {
    expect(decodeLeaderCommand('1', text)).toBeUndefined();
  });
});

describe('decodeControlRecord', () => {
  const record = {
    ...{ id: '1', action: 'pause', target: 'w', by: 'ada', why: 'x', outcome: 'done', detail: '' },
    replica: 'a',
    at: new Date(5),
  };

  it('reads what was written', () => {
    expect(decodeControlRecord(JSON.stringify(record))).toEqual(record);
  });

  it.each([
    '',
    'null',
    '{}',
    JSON.stringify({ ...record, at: 'never' }),
    JSON.stringify({ ...record, id: 5 }),
  ])('takes %j for none', (text) => {
    expect(decodeControlRecord(text)).toBeUndefined();
  });
});
