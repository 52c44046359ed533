import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BackgroundServicesModule } from '../module/background-services.module.js';
import { InvalidOptionsError } from '../errors/index.js';
import type { BackgroundServicesAsyncOptions, BackgroundServicesOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { hostile, hostileRecord } from '../../../../test/support/guests/hostile.js';

const LONGEST_MESSAGE = 20_000;
const NAMES = [
  'redis',
  'store',
  'instanceId',
  'lease',
  'heartbeat',
  'stallLimit',
  'circuitBreaker',
  'health',
];
const MORE_NAMES = ['shutdown', 'enabled', 'clock', 'random', 'ttl', '__proto__'];
const GROUPS = {
  lease: ['ttl', 'renewInterval', 'renewDeadline', 'retryInterval', 'jitter'],
  circuitBreaker: ['failureThreshold', 'openDuration', 'halfOpenMaxIterations', 'onOpen'],
  health: ['path', 'livePath', 'maxErrorRate', 'guard', 'exposeErrors'],
  shutdown: ['drainTimeout'],
  redis: ['host', 'port', 'password', 'keyPrefix', 'sentinels', 'Connector', 'duplicate', 'then'],
} as const;

/** What it throws, which is the one error for wrong options, short, and says of each field what was expected. */
function refusalOf(work: () => unknown): InvalidOptionsError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    if (!(error instanceof InvalidOptionsError)) throw error;
    expect(error.message.length).toBeLessThan(LONGEST_MESSAGE);
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { field, expected } of error.problems) expect(`${field}${expected}`).not.toBe('');
    return error;
  }
}

describe('resolveOptions, whatever it is given,', () => {
  const resolve = (options: unknown) => resolveOptions(options as BackgroundServicesOptions);

  it('resolves or throws InvalidOptionsError', () => {
    const options = fc.oneof(hostile, hostileRecord([...NAMES, ...MORE_NAMES]));
    fc.assert(
      fc.property(options, (make) => void refusalOf(() => resolve(make()))),
      { numRuns: 500 },
    );
  });

  it.each(Object.entries(GROUPS))('resolves or throws InvalidOptionsError, in %s too', (group, names) => {
    const given = hostileRecord(names).map((make) => () => ({ [group]: make() }));
    const property = fc.property(given, (make) => {
      const error = refusalOf(() => resolve(make()));
      for (const { field } of error?.problems ?? []) expect(field.startsWith(group)).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('resolves to times that a Date can show', () => {
    const given = fc.record({ ttl: fc.double({ min: 0 }), retryInterval: fc.double({ min: 0 }) });
    const property = fc.property(given, (lease) => {
      try {
        const { stallLimit } = resolve({ lease });
        expect(() => new Date(Date.now() + stallLimit + lease.retryInterval).toISOString()).not.toThrow();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidOptionsError);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('tells no password, in its message or its fields', () => {
    const secret = fc.stringMatching(/^[a-z\n@:/?]{0,6}hunter2[a-z\n]{0,6}$/);
    const places: readonly ((password: string) => unknown)[] = [
      (password) => `redis://:${password}@host`,
      (password) => ({ redis: `http://user:${password}@host` }),
      (password) => ({ redis: `http://host?password=${password}` }),
      (password) => ({ redis: [`redis://:${password}@host:99999`] }),
      (password) => ({ instanceId: `redis://:${password}@host `, password }),
    ];
    const property = fc.property(secret, fc.constantFrom(...places), (password, place) => {
      const error = refusalOf(() => resolve(place(password)));
      expect(inspect(error)).not.toContain('hunter2');
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('takes what a class offers through accessors', () => {
    class Configuration {
      get instanceId() {
        return 'named';
      }
    }
    expect(resolve(new Configuration()).instanceId).toMatch(/^named-/);
  });
});

describe('forRootAsync, whatever it is given,', () => {
  it('returns a module or throws InvalidOptionsError', () => {
    const given = fc.oneof(
      hostile,
      hostileRecord(['imports', 'inject', 'useFactory', 'useClass', 'useExisting', 'useValue']),
    );
    const property = fc.property(given, (make) => {
      refusalOf(() => BackgroundServicesModule.forRootAsync(make() as BackgroundServicesAsyncOptions));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
