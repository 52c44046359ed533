import { describe, expect, it } from '@jest/globals';
import { FAMILIES, familyOf, inventKey } from './families.js';

const ID = '01a22dcd-4372-75f5-8c9c-33badfcae85a';

describe('familyOf', () => {
  it('knows every key that the libraries write', () => {
    expect(
      Object.fromEntries(
        [
          ...['{prices:leader}:ledger', '{rates:leader}:token', '{background-services}:replicas'],
          ...['{background-services}:replica:a:b', '{background-services}:claim:7'],
          ...[
            `{background-jobs}:order:${ID}`,
            `{background-jobs}:ledger:${ID}`,
            `{background-jobs}:failed:${ID}`,
          ],
          ...['{background-jobs}:index:a:failed', '{background-jobs}:idem:["","k"]'],
        ].map((key) => [key, familyOf(key)]),
      ),
    ).toEqual({
      '{prices:leader}:ledger': 'ledger',
      '{rates:leader}:token': 'token',
      '{background-services}:replicas': 'replicas',
      '{background-services}:replica:a:b': 'replica',
      '{background-services}:claim:7': 'claim',
      [`{background-jobs}:order:${ID}`]: 'item-list',
      [`{background-jobs}:ledger:${ID}`]: 'outcomes',
      [`{background-jobs}:failed:${ID}`]: 'bitmap',
      '{background-jobs}:index:a:failed': 'index',
      '{background-jobs}:idem:["","k"]': 'idempotency',
    });
  });

  it('leaves alone what leadership stands on, and what is not ours', () => {
    for (const key of ['rates:leader', '{prices:leader}:token', '{background-jobs}:queue:wait', 'results'])
      expect(familyOf(key)).toBeUndefined();
  });

  it('recognizes the keys that are made up', () => {
    const channels = ['board-message', 'members-message', 'release-message', 'notice'];
    for (const family of FAMILIES.filter((each) => !channels.includes(each)))
      expect(familyOf(inventKey(family, ID))).toBe(family);
  });
});
