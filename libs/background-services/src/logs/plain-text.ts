/**
 * What a terminal or a log reader would act on instead of showing it: control characters (among them line ends and the beginning of ANSI
 * escapes), other line ends, marks that turn the direction of the text, byte order marks, and halves of characters.
 */
const ACTIVE = /\p{Cc}|\p{Zl}|\p{Zp}|\p{Bidi_Control}|\ufeff|\p{Cs}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same, and characters that are not seen at all: a table would not line up, and two names would look like one. */
const ACTIVE_OR_UNSEEN = /\p{Cc}|\p{Zl}|\p{Zp}|\p{Bidi_Control}|\ufeff|\p{Cs}|\p{Cf}/gu;

/** A text that stays on its line and does nothing there: what is active in it is written as an escape, e.g. `\n` or `\u001b`. */
export function plainText(text: string): string {
  return escapeAll(text, ACTIVE);
}

/** The same for the cells of a table, in which characters that are not seen are written as escapes too. */
export function plainCell(text: string): string {
  return escapeAll(text, ACTIVE_OR_UNSEEN);
}

/** A value as JSON in one line, in which nothing is written out that a terminal acts on. It reads as the same value. */
export function plainJson(value: unknown): string {
  return escapeAll(JSON.stringify(value), ACTIVE_OR_UNSEEN);
}

/** One escape each 16 bits, as JSON has it. */
function escapeAll(text: string, pattern: RegExp): string {
  return text.replace(
    pattern,
    (active) =>
      SHORT[active] ??
      Array.from(
        { length: active.length },
        (_, i) => `\\u${active.charCodeAt(i).toString(16).padStart(4, '0')}`,
      ).join(''),
  );
}

/** The same for the stack of an error: the line ends before its frames stay, those of its message do not. */
export function plainStack(stack: string): string {
  return stack
    .split(/\n(?=[^\S\n]+at )/)
    .map(plainText)
    .join('\n');
}
