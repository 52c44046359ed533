import { describe, expect, it } from '@jest/globals';
import { cutTo, table, widthOf } from './table.js';
import { paintFor } from './terminal.js';

const plain = (text: string) => text;
const ESC = '\u001b';

describe('table', () => {
  it('aligns columns, numbers to the right', () => {
    const rows = [
      ['prices', 5, 'x'],
      ['a', 1_000, ''],
    ];
    expect(table(['NAME', 'RUNS', 'LAST'], rows, { paint: plain, columns: undefined })).toEqual([
      'NAME    RUNS  LAST',
      'prices     5  x',
      'a       1000',
    ]);
  });

  it('is cut to the width of the terminal, where the widest column gives way', () => {
    const lines = table(['NAME', 'MESSAGE'], [['prices', 'm'.repeat(200)]], { paint: plain, columns: 40 });
    expect(lines[1]).toBe(`prices  ${'m'.repeat(31)}…`);
    expect(Math.max(...lines.map(widthOf))).toBe(40);
  });

  it('is aligned where letters are wide or colours are added', () => {
    const rows = [
      ['価格', 'x'],
      [{ text: 'good', tone: 'good' as const }, 'y'],
    ];
    const paint = paintFor({ write: plain, isTTY: true, columns: 80, rows: 24 }, {});
    expect(table(['NAME', 'X'], rows, { paint, columns: 80 })).toEqual([
      `${ESC}[2mNAME${ESC}[0m  ${ESC}[2mX${ESC}[0m`,
      '価格  x',
      `${ESC}[32mgood${ESC}[0m  y`,
    ]);
  });

  it('keeps a row one line, whatever is in it', () => {
    const [, line, ...rest] = table(['NAME'], [[`a\nb${ESC}[2J\u202e`]], {
      paint: plain,
      columns: undefined,
    });
    expect(line).toBe('a\\nb\\u001b[2J\\u202e');
    expect(rest).toEqual([]);
  });
});

describe('paintFor', () => {
  const terminal = { write: plain, isTTY: true, columns: 80, rows: 24 };

  it.each([
    ['NO_COLOR', terminal, { NO_COLOR: '1' }],
    ['a dumb terminal', terminal, { TERM: 'dumb' }],
    ['a pipe', { ...terminal, isTTY: false }, {}],
  ])('does not colour for %s', (_what, where, environment) => {
    expect(paintFor(where, environment)('text', 'bad')).toBe('text');
  });
});

describe('cutTo', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['価格価格', 5, '価格…'],
    ['x', 0, ''],
  ])('cuts %s to %d', (text, places, shown) => {
    expect(cutTo(text, places)).toBe(shown);
  });
});
