import { describe, expect, it } from '@jest/globals';
import { show, toMarkdown, toText } from './table.js';

const table = {
  columns: ['side', 'commands/s', 'remark'],
  rows: [
    ['ours', 1.324, 'a | b'],
    ['theirs', 1_234.5, ''],
  ],
};

describe('A table', () => {
  it('is text with numbers to the right', () => {
    expect(toText(table).split('\n')).toEqual([
      'side    commands/s  remark',
      'ours          1.32  a | b',
      'theirs       1,235',
    ]);
  });

  it('is Markdown, in which a bar does not end a cell', () => {
    expect(toMarkdown(table).split('\n')).toEqual([
      '| side | commands/s | remark |',
      '| --- | ---: | --- |',
      '| ours | 1.32 | a \\| b |',
      '| theirs | 1,235 |  |',
    ]);
  });

  it('shows three significant digits', () => {
    expect([0.01234, 1, 14.84, 123.4, 12_345.6, 0, NaN].map(show)).toEqual([
      '0.0123',
      '1',
      '14.8',
      '123',
      '12,346',
      '0',
      'n/a',
    ]);
  });
});
