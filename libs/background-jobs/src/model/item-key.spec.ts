import { describe, expect, it } from '@jest/globals';
import { InvalidItemError } from '../errors/index.js';
import { itemOf, listItems } from './item-key.js';

describe('the key of an item', () => {
  const keys = (items: readonly unknown[], keyOf?: (item: unknown) => string) =>
    listItems(items, keyOf).map(({ key }) => key);

  it('is the text, its key, its id, or else its JSON', () => {
    const items = ['a', { key: 'k', id: 'i' }, { id: 7 }, { key: 0 }, { day: 1 }, 5, null, true, [1]];
    expect(keys(items)).toEqual(['a', 'k', '7', '0', '{"day":1}', '5', 'null', 'true', '[1]']);
  });

  it('is what the job says', () => {
    expect(keys([{ day: 1 }], (item) => `day ${(item as { day: number }).day}`)).toEqual(['day 1']);
  });

  it.each(['x', 'x'.repeat(512), '__proto__', '\0', '\u{1f600}', '{"'])('may be %j', (key) => {
    expect(keys([key])).toEqual([key]);
  });

  it.each<[string, readonly unknown[]]>([
    ['empty', ['']],
    ['too long', ['x'.repeat(513)]],
    ['there twice', ['a', 'b', 'a']],
    ['there twice, by number and text', [{ id: 7 }, { id: '7' }]],
    ['half a character', ['a\ud800']],
    ['of what is no JSON', [undefined]],
  ])('is none that is %s', (_, items) => {
    expect(() => listItems(items)).toThrow(InvalidItemError);
  });

  it('is none that is no text', () => {
    expect(() => listItems([1], () => 7 as never)).toThrow(InvalidItemError);
  });
});

describe('an item', () => {
  it.each<[unknown]>([['a'], ['{"a":1}'], [{ id: 7, at: [1, null] }], [5], [null], [[1]]])(
    'comes back as it was: %j',
    (item) => {
      expect(listItems([item]).map(itemOf)).toEqual([item]);
    },
  );

  it('has a payload only if it is not its own key', () => {
    expect(listItems(['a'])).toEqual([{ key: 'a', payload: undefined }]);
    expect(listItems(['a'], (item) => `${item}!`)).toEqual([{ key: 'a!', payload: '"a"' }]);
  });
});
