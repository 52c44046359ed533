import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainCell, plainJson, plainStack, plainText } from './plain-text.js';

describe('plainText', () => {
  it.each([
    ['a line end', 'a\nb\r\nc', 'a\\nb\\r\\nc'],
    ['a tab', 'a\tb', 'a\\tb'],
    ['a colour', '\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['an escape of one byte', '\u009b31m', '\\u009b31m'],
    ['a bell and a null', '\u0007\u0000', '\\u0007\\u0000'],
    ['a deletion', 'a\u007f', 'a\\u007f'],
    ['line ends of Unicode', '\u2028\u2029', '\\u2028\\u2029'],
    ['a turn of direction', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['half a character', '\ud800a', '\\ud800a'],
  ])('writes %s as an escape', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('leaves everything else as it is', () => {
    const text = 'Preise für "Größe" – 価格 – 👩‍💻 \\n';
    expect(plainText(text)).toBe(text);
  });
});

const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('plainCell', () => {
  it.each([
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ])('shows what is not seen: %j', (text, shown) => {
    expect(plainCell(text)).toBe(shown);
  });

  it('leaves nothing active of any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !ACTIVE.test(plainCell(text))));
  });
});

describe('plainJson', () => {
  it('reads as the same value, and has nothing active in it', () => {
    const value = fc.record({ name: fc.string({ unit: 'binary' }), at: fc.date({ noInvalidDate: true }) });
    fc.assert(
      fc.property(value, (written) => {
        const json = plainJson(written);
        expect(ACTIVE.test(json)).toBe(false);
        expect(JSON.parse(json)).toEqual({ ...written, at: written.at.toISOString() });
      }),
    );
  });
});

describe('plainStack', () => {
  it('keeps the lines of the frames, and none that the message makes', () => {
    const { stack = '' } = new Error('first\n[Nest] 1 - LOG forged\u001b[2J');
    const [head, ...frames] = plainStack(stack).split('\n');
    expect(head).toBe('Error: first\\n[Nest] 1 - LOG forged\\u001b[2J');
    expect(frames.length).toBeGreaterThan(2);
    expect(frames.filter((frame) => !/^ {4}at /.test(frame))).toEqual([]);
  });
});
