import { type OptionProblem, withoutPassword } from '../errors/index.js';
import { isRedisOption, meantBy } from './redis-option-names.js';
import { expectedOfRedisUrl } from './redis-url.js';

type Fields = Readonly<Record<string, unknown>>;

/** Their values are shown to nobody. */
const SECRET = /pass|pwd|secret|token|auth|credential|key|pfx/i;
const ADDRESS_FIELDS = ['host', 'path', 'sentinels'];
const SENTINEL_FIELDS = ['host', 'port', 'family'];

/**
 * What is wrong with a Redis target that is a URL or an object of ioredis options: above all whatever ioredis would take for
 * `localhost:6379` without a word. A client is for its user to judge: nothing is found wrong with one.
 * @param field its name in the options, e.g. `redis`
 * @param more names of options that the installed ioredis has besides those known here
 */
export function redisTargetProblems(
  field: string,
  target: unknown,
  more: readonly string[] = [],
): readonly OptionProblem[] {
  if (typeof target === 'string') {
    const expected = expectedOfRedisUrl(target);
    return expected === undefined ? [] : [{ field, expected, received: withoutPassword(target) }];
  }
  if (!isObject(target) || Array.isArray(target) || target instanceof URL || 'then' in target)
    return [{ field, expected: 'a redis:// URL, ioredis options, or an ioredis client', received: target }];
  return isClient(target) ? [] : optionsProblems(field, target, more);
}

/** By what it can do, not by its class: the app may have another copy of ioredis. */
function isClient(target: Fields): boolean {
  return typeof target['duplicate'] === 'function';
}

function optionsProblems(field: string, options: Fields, more: readonly string[]): readonly OptionProblem[] {
  const unknown = Object.entries(options)
    .filter(([name, value]) => value !== undefined && !isRedisOption(name, more))
    .map(([name, value]) => ({
      field: `${field}.${name}`,
      expected: meantBy(name),
      received: shown(name, value),
    }));
  if (unknown.length > 0) return unknown;
  return [...addressProblems(field, options), ...sentinelProblems(field, options['sentinels'])];
}

/** An address that is there by name and has no value is an environment variable that is not set. */
function addressProblems(field: string, options: Fields): readonly OptionProblem[] {
  const named = ADDRESS_FIELDS.filter((name) => name in options);
  const isEmpty = (name: string) => options[name] === undefined || options[name] === '';
  const empty = named.every(isEmpty) ? named : named.filter((name) => options[name] === '');
  return empty.map((name) => ({
    field: `${field}.${name}`,
    expected: 'a value: is an environment variable not set?',
    received: options[name],
  }));
}

function sentinelProblems(field: string, sentinels: unknown): readonly OptionProblem[] {
  if (!Array.isArray(sentinels)) return [];
  return sentinels.flatMap((sentinel: unknown, i): OptionProblem[] => {
    const path = `${field}.sentinels[${i}]`;
    if (!isObject(sentinel))
      return [{ field: path, expected: 'an object { host, port }', received: sentinel }];
    return Object.entries(sentinel)
      .filter(([name, value]) => value !== undefined && !SENTINEL_FIELDS.includes(name))
      .map(([name, value]) => ({
        field: `${path}.${name}`,
        expected: 'host and port',
        received: shown(name, value),
      }));
  });
}

function shown(name: string, value: unknown): unknown {
  if (SECRET.test(name)) return '***';
  if (typeof value === 'string') return withoutPassword(value);
  // What is inside may be a password, and whoever prints an error prints its fields too.
  return isObject(value) ? (Array.isArray(value) ? 'a list' : 'an object') : value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
