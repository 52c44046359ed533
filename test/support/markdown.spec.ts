import { describe, expect, it } from '@jest/globals';
import { snippetsOf } from './markdown.js';

describe('snippetsOf', () => {
  it('finds blocks with their language and line', () => {
    expect(snippetsOf('a\n\n```ts\nlet a;\n```\n\n```sh\nls\n```\n')).toEqual([
      { language: 'ts', text: 'let a;\n', line: 3, prelude: '' },
      { language: 'sh', text: 'ls\n', line: 7, prelude: '' },
    ]);
  });

  it('takes a prelude along only if it stands right above', () => {
    const [first, second] = snippetsOf(
      '<!-- prelude: declare const x: 1; -->\n\n```ts\nx;\n```\n\n```ts\ny;\n```\n',
    );
    expect(first?.prelude).toBe('declare const x: 1;');
    expect(second?.prelude).toBe('');
  });
});
