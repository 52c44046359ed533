import fc from 'fast-check';

/** What is written in place of something else, described: millions of bytes are made only where they are used. */
export type Value =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'bytes'; readonly bytes: Uint8Array }
  /** Lists, or objects, in each other. */
  | { readonly is: 'deep'; readonly depth: number; readonly inList: boolean }
  /** A text, a list of numbers, or an object with this many members, in JSON. */
  | { readonly is: 'large'; readonly size: number; readonly shape: 'text' | 'list' | 'object' | 'bare' };

/** Numbers that no counter, time or length of ours is, as somebody may have written them. */
export const NUMBERS = [
  ...['NaN', 'Infinity', '-Infinity', '1e308', '-1', '-0', '0', '1.5', '1e3', '0x10', ' 7 ', '+5', '٣'],
  ...['8640000000000000', '8640000000000001', '9007199254740990', '9007199254740991', '9007199254740992'],
  ...['18446744073709551616', '-9223372036854775808', '1'.repeat(400), '1e-320', '000000000000000000001'],
];

/** What other programs and other versions of ours may leave. */
const TEXTS = [
  ...[
    '',
    ' ',
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '"',
    '[',
    '{',
    '{"a":',
    '[1,',
    '\0',
    '\r\n',
    '\ud800',
    'undefined',
  ],
  ...['(not a string)', 'DISABLED', '*', '%s', '__proto__', 'constructor', '{"__proto__":{"isUp":true}}'],
  ...[
    '{"id":null,"type":7,"state":"sleeping"}',
    '{"v":2,"terms":{"a":1},"workers":"none","extensions":[[]]}',
  ],
  ...[
    '{"terms":[null,{},{"key":"prices:leader","token":1e308,"since":-1}],"workers":[{"name":{},"key":[]}]}',
  ],
  ...['{"action":"pause","key":"prices:leader","target":7,"by":[],"why":{},"at":"yesterday"}'],
  ...['{"status":"done","at":1e20}', '{"status":"failed","error":{"title":1,"status":"x"},"at":null}'],
];

const size = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 100, max: 5_000 }) },
  { weight: 12, arbitrary: fc.integer({ min: 5_000, max: 200_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000_000, max: 5_000_000 }) },
);

export const value: fc.Arbitrary<Value> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('text' as const), text: fc.constantFrom(...NUMBERS, ...TEXTS) }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('text' as const), text: fc.json() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('text' as const),
      text: fc.string({ unit: 'binary', maxLength: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 80 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('deep' as const),
      depth: fc.constantFrom(17, 501, 10_000),
      inList: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('large' as const),
      size,
      shape: fc.constantFrom('text', 'list', 'object', 'bare'),
    }),
  },
);

export function render(described: Value): string | Buffer {
  switch (described.is) {
    case 'text':
      return described.text;
    case 'bytes':
      return Buffer.from(described.bytes);
    case 'deep': {
      const [open, close] = described.inList ? ['[', ']'] : ['{"a":', '}'];
      return `${open.repeat(described.depth)}0${close.repeat(described.depth)}`;
    }
    case 'large':
      return large(described.size, described.shape);
  }
}

/** About as many bytes. */
function large(bytes: number, shape: 'text' | 'list' | 'object' | 'bare'): string {
  switch (shape) {
    case 'bare':
      return 'x'.repeat(bytes);
    case 'text':
      return JSON.stringify('x'.repeat(bytes));
    case 'list':
      return `[${'0,'.repeat(bytes / 2)}0]`;
    case 'object':
      return `{${Array.from({ length: bytes / 10 }, (_, i) => `"m${i}":0`).join()}}`;
  }
}
