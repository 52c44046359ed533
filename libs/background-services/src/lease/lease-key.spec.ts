import { describe, expect, it } from '@jest/globals';
import { InvalidKeyError } from '../errors/index.js';
import { assertLeaseKey, shardedKeys } from './lease-key.js';

describe('assertLeaseKey', () => {
  it.each([
    'leader',
    'portfolio:background_services:leader',
    'with spaces and "quotes"',
    'naïve:漢字:😀',
    'orders:{eu}:leader',
    '{eu}:leader',
    'a{b}{c}',
    'auth:token',
    'x'.repeat(512),
  ])('takes %j', (key) => {
    expect(() => assertLeaseKey(key)).not.toThrow();
  });

  it.each([
    ['no text', undefined, 'a non-empty string'],
    ['a number', 42, 'a non-empty string'],
    ['an object that reads like a text', new String('leader'), 'a non-empty string'],
    ['an empty text', '', 'a non-empty string'],
    ['10 KB', 'x'.repeat(10_240), 'at most 512 bytes'],
    ['few characters of many bytes', '漢'.repeat(171), 'at most 512 bytes'],
    ['NUL', 'a\0b', 'no control characters'],
    ['a line break, which would split a release message', 'a\nb', 'no control characters'],
    ['DEL', 'a\x7fb', 'no control characters'],
    ['a control character beyond ASCII', 'a\x85b', 'no control characters'],
    ['half a surrogate pair, which no encoding can carry', 'a\ud83d', 'unpaired surrogates'],
    ['an empty hash tag', 'a{}b', 'braces only as a hash tag'],
    ['an empty hash tag before a full one', '{}{a}', 'braces only as a hash tag'],
    ['a lone opening brace', 'a{b', 'braces only as a hash tag'],
    ['a lone closing brace', 'a}b', 'braces only as a hash tag'],
    ['braces the wrong way round', '}a{', 'braces only as a hash tag'],
    ['nothing but a hash tag: its companions are those of "a"', '{a}', 'the companion of another lease'],
    ['what is the token of "a"', '{a}:token', 'the companion of another lease'],
    ['what names a shard', 'accounts#5/64', 'no end like "#5/64"'],
    ['what looks like the name of a shard', 'accounts#064/5', 'no end like "#5/64"'],
    ['what has the shards of "a"', '{a}:shards', 'the companion of another lease'],
    ['what has the sessions of "a"', '{a}:shards:sessions', 'the companion of another lease'],
    ['what is the ledger of "x:{a}:b"', 'x:{a}:b:ledger', 'the companion of another lease'],
  ])('refuses %s', (_what, key, expected) => {
    expect(() => assertLeaseKey(key)).toThrow(InvalidKeyError);
    expect(() => assertLeaseKey(key)).toThrow(expected);
  });

  it('shows no more of an endless key than a line takes', () => {
    expect(() => assertLeaseKey('x'.repeat(1_000_000))).toThrow(/^.{1,200}$/);
  });
});

describe('shardedKeys', () => {
  it('wraps a plain key in a hash tag, and keeps the one that is there', () => {
    expect(shardedKeys('', 'a:b')).toEqual({
      lease: 'a:b',
      token: '{a:b}:token',
      ledger: '{a:b}:ledger',
      shards: '{a:b}:shards',
      sessions: '{a:b}:shards:sessions',
    });
    expect(shardedKeys('', 'a:{b}')).toMatchObject({
      lease: 'a:{b}',
      token: 'a:{b}:token',
      ledger: 'a:{b}:ledger',
    });
  });

  it('begins every name with the prefix: the rights of a user may be bound to it', () => {
    expect(shardedKeys('app:', 'a:b')).toMatchObject({
      lease: 'app:a:b',
      token: 'app:{app:a:b}:token',
      ledger: 'app:{app:a:b}:ledger',
    });
    expect(shardedKeys('app:', 'a:{b}').token).toBe('app:a:{b}:token');
    expect(shardedKeys('{app}:', 'a:b').token).toBe('{app}:{a:b}:token');
    expect(shardedKeys('{app}:', 'a:{b}').token).toBe('{app}:a:{b}:token');
  });

  it('computes the slots that Redis documents', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
    expect(slotOf('{user1000}.following')).toBe(slotOf('{user1000}.followers'));
    expect(slotOf('foo{}{bar}')).not.toBe(slotOf('bar'));
    expect(slotOf('foo{{bar}}zap')).toBe(slotOf('{bar'));
  });

  it.each(['', 'app:', '{app}:', 'a{b}:', 'a'])(
    'with the prefix %j stay in the slot of their lease and belong to no other, for every key that is taken',
    (prefix) => {
      const keys = new Set(fuzz(20_000).filter(isTaken));
      const leases = new Set([...keys].map((key) => prefix + key));
      const owners = new Map<string, string>();
      // Tens of thousands of keys: what is wrong is gathered, and expected once.
      const wrong: string[] = [];
      for (const key of keys) {
        const { lease, ...companions } = shardedKeys(prefix, key);
        if (lease !== prefix + key) wrong.push(`${key} is kept under ${lease}`);
        for (const companion of Object.values(companions)) {
          if (!companion.startsWith(prefix)) wrong.push(`${companion} has no prefix`);
          if (slotOf(companion) !== slotOf(lease)) wrong.push(`${companion} is in another slot`);
          if (leases.has(companion)) wrong.push(`${companion} is a lease`);
          if (owners.has(companion))
            wrong.push(`${companion} belongs to ${owners.get(companion)} and ${key}`);
          owners.set(companion, key);
        }
        if (Buffer.from(key).toString() !== key) wrong.push(`${key} does not survive its encoding`);
      }
      expect(wrong).toEqual([]);
      expect(keys.size).toBeGreaterThan(1_000);
    },
  );
});

function isTaken(key: string): boolean {
  try {
    assertLeaseKey(key);
    return true;
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    return false;
  }
}

/** Short texts of few, hostile parts: that is where keys meet. Always the same ones. */
function fuzz(count: number): string[] {
  const parts = [
    '{',
    '}',
    'a',
    'b',
    ':',
    ':token',
    ':ledger',
    ':shards',
    ':sessions',
    ' ',
    'é',
    '漢',
    '😀',
    '\0',
    '\n',
    '\ud83d',
  ];
  let seed = 42;
  const below = (limit: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: below(7) }, () => parts[below(below(3) === 0 ? parts.length : 9)]).join(''),
  );
}

/** The hash slot of a key, as the Redis Cluster specification gives it. */
function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  const hashed = open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
  return crc16(Buffer.from(hashed)) % 16_384;
}

/** CRC16-CCITT (XMODEM): polynomial 0x1021, initial value 0. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
