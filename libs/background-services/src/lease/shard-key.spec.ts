import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_SHARDS, parseShardKey, shardKey } from './shard-key.js';

describe('parseShardKey', () => {
  it('reads what shardKey writes, whatever the key', () => {
    const count = fc.integer({ min: 1, max: MOST_SHARDS });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), count, fc.nat(), (key, count, any) => {
        const index = any % count;
        expect(parseShardKey(shardKey(key, index, count))).toEqual({ key, index, count });
      }),
    );
  });

  it.each([
    'accounts',
    'accounts#5',
    'a/64',
    'a#/64',
    'a#5/',
    'a#64/64',
    'a#0/0',
    'a#05/64',
    'a#5/064',
    '#5/64',
  ])('takes %j for a key of its own', (key) => expect(parseShardKey(key)).toBeUndefined());

  it('takes a count beyond the limit for none', () => {
    expect(parseShardKey(`a#0/${MOST_SHARDS}`)).toBeDefined();
    expect(parseShardKey(`a#0/${MOST_SHARDS + 1}`)).toBeUndefined();
  });
});
