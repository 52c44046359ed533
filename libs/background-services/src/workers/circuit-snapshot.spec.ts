import { describe, expect, it } from '@jest/globals';
import { decodeCircuitSnapshot } from './circuit-snapshot.js';

describe('decodeCircuitSnapshot', () => {
  it.each([
    { state: 'closed', failures: 3 },
    { state: 'open', retryAt: 1_700_000_000_000 },
    { state: 'forced-open' },
    { state: 'disabled' },
  ])('reads back %j', (snapshot) => {
    expect(decodeCircuitSnapshot(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it.each([
    undefined,
    '',
    'not json',
    'null',
    '[]',
    '"open"',
    '{}',
    '{"state":"half-open"}',
    '{"state":"closed"}',
    '{"state":"closed","failures":-1}',
    '{"state":"closed","failures":"3"}',
    '{"state":"open"}',
    '{"state":"open","retryAt":null}',
    '{"state":"open","retryAt":1e999}',
    '{"state":"constructor"}',
  ])('takes %j for none', (text) => {
    expect(decodeCircuitSnapshot(text)).toBeUndefined();
  });
});
