import { describe, expect, it } from '@jest/globals';
import { replaceBetween } from './markers.js';

const document = 'before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nafter <!-- bench:b --><!-- /bench:b -->';

describe('replaceBetween', () => {
  it('replaces what is between the markers of that name, and nothing else', () => {
    const replaced = replaceBetween(document, 'a', 'new');
    expect(replaced).toBe(
      'before\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\nafter <!-- bench:b --><!-- /bench:b -->',
    );
    expect(replaceBetween(replaced, 'a', 'new')).toBe(replaced);
  });

  it('takes the content as it is', () => {
    expect(replaceBetween(document, 'b', "$& $1 $'")).toContain("$& $1 $'");
  });

  it.each([
    ['missing', ''],
    ['in the wrong order', '<!-- /bench:a --><!-- bench:a -->'],
    ['doubled', document + document],
  ])('refuses markers that are %s', (_, text) => {
    expect(() => replaceBetween(text, 'a', 'new')).toThrow('needs <!-- bench:a --> and <!-- /bench:a -->');
  });
});
