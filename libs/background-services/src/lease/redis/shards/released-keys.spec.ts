import { describe, expect, it } from '@jest/globals';
import { releasedKeys } from './released-keys.js';

describe('releasedKeys', () => {
  it('names each of the shards that were released together', () => {
    expect(releasedKeys('accounts#1,5,12/64')).toEqual(['accounts#1/64', 'accounts#5/64', 'accounts#12/64']);
  });

  it.each(['accounts', 'accounts#5/64', 'a#1,2', '#1,2/4', 'a#1,/4'])('takes %j for one key', (text) => {
    expect(releasedKeys(text)).toEqual([text]);
  });
});
