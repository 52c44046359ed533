/** Nested more deeply, JSON that was read could not be written again: that is recursive. */
export const DEEPEST = 500;

const [QUOTE, BACKSLASH, BRACKET, END_BRACKET, BRACE, END_BRACE] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
] as const;

/** Whether lists and objects are nested more deeply than `DEEPEST`. */
export function isDeep(text: string): boolean {
  if (text.length <= 2 * DEEPEST) return false;
  let depth = 0;
  let isText = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (isText) {
      if (character === BACKSLASH) i += 1;
      else if (character === QUOTE) isText = false;
    } else if (character === QUOTE) isText = true;
    else if (character === BRACKET || character === BRACE) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (character === END_BRACKET || character === END_BRACE) depth -= 1;
  }
  return false;
}
