/** Longest text that `show` gives of a string, and of a name. */
const LENGTH = 80;

/**
 * Renders a received value for an error message: short, on one line, without the password of a URL. Never throws, whatever it is given:
 * it is asked about exactly those values that something is wrong with.
 */
export function show(value: unknown): string {
  try {
    return render(value);
  } catch {
    return `${typeof value} that cannot be read`;
  }
}

/** The beginning of a text, with a mark where it was cut off. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Masks what may be a password in the text of a URL, also of one that cannot be parsed. */
export function withoutPassword(text: string): string {
  return text.replace(/([?&]password=)[^&]*/gi, '$1***').replace(/^(\w+:\/\/)?.*@/s, '$1***@');
}

function render(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return showText(value);
    case 'function':
      return `function ${nameOf(value) ?? '(anonymous)'}`;
    case 'bigint':
      // A long one takes seconds to become a text.
      return BigInt.asIntN(64, value) === value ? `${value}n` : 'a bigint of more than 64 bits';
    case 'symbol':
      return cut(String(value), LENGTH);
    case 'object':
      return value === null ? 'null' : showObject(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
  }
}

function showText(text: string): string {
  const shown = /:\/\/|[?&]password=/i.test(text) ? withoutPassword(text) : text;
  return JSON.stringify(shown.length > LENGTH ? `${shown.slice(0, LENGTH - 3)}...` : shown);
}

function showObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const constructor: unknown = value.constructor;
  return `an object (${(typeof constructor === 'function' && nameOf(constructor)) || 'object'})`;
}

/** A class can have a static `name` of its own, which is anything. */
function nameOf({ name }: { readonly name: unknown }): string | undefined {
  return typeof name === 'string' && name !== '' ? cut(name, LENGTH) : undefined;
}
