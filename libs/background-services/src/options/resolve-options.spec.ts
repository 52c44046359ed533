import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { InvalidOptionsError } from '../errors/index.js';
import type { BackgroundServicesOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { BackgroundTestingKit } from '../testing/index.js';

/** The message lines of what is refused, without their bullets. */
function problemsOf(options: unknown): readonly string[] {
  try {
    resolveOptions(options as BackgroundServicesOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    const [title, ...lines] = (error as Error).message.split('\n');
    expect(title).toMatch(/^BackgroundServicesModule: \d+ wrong options?$/);
    expect(lines).toHaveLength((error as InvalidOptionsError).problems.length);
    return lines.map((line) => line.replace(/^ {2}- /, ''));
  }
  return [];
}

describe('resolveOptions', () => {
  it('refuses a style of log lines that there is not', () => {
    const logs = 'json' as unknown as 'text';
    expect(() => resolveOptions({ logs })).toThrow(/logs: expected 'text' or 'structured', received "json"/);
  });

  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ['', true],
    ['true', true],
    ['1', true],
    ['false', false],
    ['FALSE', false],
    [' off ', false],
    ['0', false],
    ['no', false],
  ])('takes enabled from BACKGROUND_SERVICES_ENABLED=%j where it is not given', (value, expected) => {
    const environment = { BACKGROUND_SERVICES_ENABLED: value };
    expect(resolveOptions({}, environment).enabled).toBe(expected);
    expect(resolveOptions({ enabled: true }, environment).enabled).toBe(true);
    expect(resolveOptions({ enabled: false }, environment).enabled).toBe(false);
  });

  it('refuses a BACKGROUND_SERVICES_ENABLED that is neither', () => {
    expect(() => resolveOptions({}, { BACKGROUND_SERVICES_ENABLED: 'nope' })).toThrow(
      'environment variable BACKGROUND_SERVICES_ENABLED: expected true or false, received "nope"',
    );
  });

  it('has a default for everything', () => {
    expect(resolveOptions()).toEqual({
      fleet: {},
      placement: 'balanced',
      capacity: 1,
      redis: undefined,
      waitReplicas: 0,
      store: undefined,
      requireSharedStore: false,
      instanceId: expect.stringMatching(/^.+-\d+-[0-9a-f]{8}$/) as unknown,
      lease: {
        ttl: 30_000,
        renewInterval: 10_000,
        renewDeadline: 20_000,
        retryInterval: 10_000,
        jitter: 0.2,
      },
      heartbeat: 'in-process',
      stallLimit: 150_000,
      circuitBreaker: { failureThreshold: 5, openDuration: 60_000, halfOpenMaxIterations: 3 },
      health: {
        controller: true,
        path: 'health/background',
        livePath: 'health/live',
        readyPath: 'health/ready',
        maxErrorRate: 0.05,
        failOnDegraded: true,
        exposeErrors: false,
        detailLimit: 100,
        readyRequiresStore: false,
        decorators: [],
      },
      shutdown: { drainTimeout: 5_000 },
      logs: 'text',
      instrumentation: undefined,
      enabled: true,
      clock: expect.anything() as unknown,
      random: Math.random,
    });
  });

  it('takes undefined for not given, wherever it stands', () => {
    const resolved = resolveOptions({
      redis: undefined,
      store: undefined,
      instanceId: undefined,
      lease: { ttl: undefined, renewInterval: undefined, jitter: undefined },
      circuitBreaker: { failureThreshold: undefined, onOpen: undefined },
      health: { path: undefined, guard: undefined, controller: undefined },
      shutdown: { drainTimeout: undefined },
      enabled: undefined,
      clock: undefined,
      random: undefined,
    });
    expect({ ...resolved, instanceId: '' }).toEqual({ ...resolveOptions(), instanceId: '' });
  });

  it('adds a random suffix to the instance id, so that a restarted replica is another one', () => {
    const [first, second] = [
      resolveOptions({ instanceId: 'replica-1' }),
      resolveOptions({ instanceId: 'replica-1' }),
    ];
    expect(first.instanceId).toMatch(/^replica-1-[0-9a-f]{8}$/);
    expect(second.instanceId).not.toBe(first.instanceId);
  });

  it('does not change the object it is given', () => {
    const options = Object.freeze({ lease: Object.freeze({ ttl: 3_000 }), health: Object.freeze({}) });
    expect(() => resolveOptions(options)).not.toThrow();
  });

  describe('durations of the lease', () => {
    it('keep their proportions to a given TTL', () => {
      expect(resolveOptions({ lease: { ttl: 2_400 } }).lease).toEqual({
        ttl: 2_400,
        renewInterval: 800,
        renewDeadline: 1_600,
        retryInterval: 800,
        jitter: 0.2,
      });
    });

    it('are taken as they are where given', () => {
      const lease = {
        ttl: 10_000,
        renewInterval: 1_000,
        renewDeadline: 9_999,
        retryInterval: 60_000,
        jitter: 0,
      };
      expect(resolveOptions({ lease }).lease).toEqual(lease);
    });

    it('must leave the TTL time behind the renew deadline', () => {
      expect(problemsOf({ lease: { ttl: 10_000, renewDeadline: 10_000 } })).toEqual([
        'lease.renewDeadline: expected less than lease.ttl (10000), received 10000',
      ]);
    });

    it('must leave room for one more renewal before the deadline, jitter included', () => {
      expect(problemsOf({ lease: { renewInterval: 17_000 } })).toEqual([
        'lease.renewInterval: expected less than lease.renewDeadline / (1 + jitter) (16666), received 17000',
      ]);
      expect(problemsOf({ lease: { renewInterval: 17_000, jitter: 0.1 } })).toEqual([]);
    });

    it('are each checked alone before they are compared', () => {
      expect(problemsOf({ lease: { ttl: 100, renewDeadline: 200_000 } })).toEqual([
        'lease.ttl: expected a number of at least 300, received 100',
      ]);
    });

    it.each(['30000', NaN, -1, null, Infinity, 299])(
      'do not blame what was not given for the TTL %p',
      (ttl) => {
        expect(problemsOf({ lease: { ttl } })).toHaveLength(1);
      },
    );
  });

  it('lists every wrong field at once, with what was expected and received', () => {
    class NoGuard {
      readonly allow = true;
    }
    const problems = problemsOf({
      redis: 5,
      store: { acquire: () => undefined },
      instanceId: 'with space',
      lease: { ttl: '30s', renewInterval: 0, renewDeadline: NaN, retryInterval: -1, jitter: 2 },
      circuitBreaker: {
        failureThreshold: 1.5,
        openDuration: 0,
        halfOpenMaxIterations: Infinity,
        onOpen: 'log',
        onClose: 1,
      },
      health: {
        controller: 'yes',
        path: '',
        livePath: 7,
        readyPath: '//',
        maxErrorRate: 5,
        failOnDegraded: 1,
        exposeErrors: 'no',
        guard: new NoGuard(),
      },
      shutdown: { drainTimeout: '5s' },
      enabled: 'true',
      clock: { monotonic: () => 0 },
      random: 4,
    });
    const route = 'expected a route path, e.g. "health/background", received';
    expect(problems.toSorted()).toEqual(
      [
        'redis: expected a redis:// URL, ioredis options, or an ioredis client, received 5',
        'store: expected an object with the methods acquire, renew, release, record, inspect, watch, close, received an object (Object)',
        'store: expected either redis or store, not both, received an object (Object)',
        'instanceId: expected 1 to 200 printable ASCII characters without spaces, received "with space"',
        'lease.ttl: expected a number of at least 300, received "30s"',
        'lease.renewInterval: expected a number of at least 1, received 0',
        'lease.renewDeadline: expected a number of at least 1, received NaN',
        'lease.retryInterval: expected a number of at least 1, received -1',
        'lease.jitter: expected a number from 0 to 1, received 2',
        'circuitBreaker.failureThreshold: expected a whole number of at least 1, received 1.5',
        'circuitBreaker.openDuration: expected a number of at least 1, received 0',
        'circuitBreaker.halfOpenMaxIterations: expected a whole number of at least 1, received Infinity',
        'circuitBreaker.onOpen: expected a function, received "log"',
        'circuitBreaker.onClose: expected a function, received 1',
        'health.controller: expected a boolean, received "yes"',
        `health.path: ${route} ""`,
        `health.livePath: ${route} 7`,
        `health.readyPath: ${route} "//"`,
        'health.maxErrorRate: expected a number from 0 to 1, received 5',
        'health.failOnDegraded: expected a boolean, received 1',
        'health.exposeErrors: expected a boolean, received "no"',
        'health.guard: expected a guard class or an object with canActivate(), received an object (NoGuard)',
        'shutdown.drainTimeout: expected a number of at least 0, received "5s"',
        'enabled: expected a boolean, received "true"',
        'clock: expected an object with the methods monotonic, wall, setTimeout, received an object (Object)',
        'random: expected a function, received 4',
      ].toSorted(),
    );
  });

  it('says what a group must be', () => {
    expect(problemsOf({ lease: 30_000, circuitBreaker: true, health: null, shutdown: [] })).toEqual([
      'lease: expected an object, received 30000',
      'circuitBreaker: expected an object or false, received true',
      'health: expected an object or false, received null',
      'shutdown: expected an object, received an array of 0',
    ]);
  });

  it.each([
    [null, 'received null'],
    ['redis://localhost', 'received "redis://localhost"'],
    [[], 'received an array of 0'],
    [5, 'received 5'],
  ])('refuses %j for options', (options, received) => {
    expect(problemsOf(options)).toEqual([`options: expected an object, ${received}`]);
  });

  it('refuses fields it does not know: they are likely typing errors', () => {
    expect(
      problemsOf({
        reddis: 'redis://localhost',
        lease: { tll: 1_000 },
        circuitBreaker: { threshold: 5 },
        health: { url: 'health' },
        shutdown: { timeout: 1 },
      }),
    ).toEqual([
      expect.stringMatching(
        /^reddis: expected one of redis, waitReplicas, .+, received "redis:\/\/localhost"$/,
      ),
      expect.stringMatching(/^lease\.tll: expected one of ttl, renewInterval, .+, received 1000$/),
      expect.stringMatching(/^circuitBreaker\.threshold: expected one of failureThreshold, /),
      expect.stringMatching(/^health\.url: expected one of controller, path, /),
      expect.stringMatching(/^shutdown\.timeout: expected one of drainTimeout, received 1$/),
    ]);
  });

  describe('redis', () => {
    it.each([
      'redis://localhost',
      'rediss://user:pass@redis.example:6380/2',
      'localhost',
      'localhost:6380',
      '/run/redis.sock',
      { host: 'localhost', port: 6_380 },
      {},
    ])('may be %j', (redis) => {
      expect(problemsOf({ redis })).toEqual([]);
    });

    it('may be a client', () => {
      const redis = new Redis({ lazyConnect: true });
      expect(resolveOptions({ redis }).redis).toBe(redis);
      redis.disconnect();
    });

    it.each<[string, unknown]>([
      ['nothing, from an empty environment variable', ''],
      ['a URL of another scheme', 'http://localhost:6379'],
      ['a URL that cannot be read', 'redis://[localhost'],
      ['a URL object, which ioredis would take for localhost', new URL('redis://redis.example')],
      ['a promise of a URL', Promise.resolve('redis://localhost')],
      ['null', null],
      ['a function', () => 'redis://localhost'],
    ])('must not be %s', (_what, redis) => {
      const [problem, ...others] = problemsOf({ redis });
      expect(problem).toMatch(/^redis: expected a redis:\/\/ .*URL.*, received /);
      expect(others).toEqual([]);
    });

    it.each([0, 1, 2, 3])('must not be a list, of %d, and says what several servers need', (count) => {
      const redis = ['redis://:secret@a', 'redis://b', 'redis://c'].slice(0, count);
      expect(problemsOf({ redis })).toEqual([
        'redis: expected one server; for several, install nestjs-background-redlock and use store: redlockStore([…]) in place of redis, ' +
          `received an array of ${count}`,
      ]);
    });

    it('must not be a client of another copy of ioredis, which it would take for localhost', () => {
      const other = { options: { host: 'redis.example' }, duplicate: () => other };
      expect(problemsOf({ redis: other })).toEqual([
        expect.stringMatching(/^redis: expected a client made by the same copy of ioredis .*npm ls ioredis/),
      ]);
    });

    it('does not show its password when it is wrong', () => {
      expect(problemsOf({ redis: 'redis://user:top:s/cret@redis example' })).toEqual([
        expect.stringMatching(
          /^redis: expected a .* URL whose .*, received "redis:\/\/\*\*\*@redis example"$/,
        ),
      ]);
    });

    it('has options of ioredis only: whatever else it is given, ioredis takes it for localhost', () => {
      expect(problemsOf({ redis: { url: 'redis://u:p@redis.example' } })).toEqual([
        'redis.url: expected the URL itself: redis: "redis://…", received "redis://***@redis.example"',
      ]);
    });

    it('excludes a store', () => {
      const { store } = new BackgroundTestingKit();
      expect(problemsOf({ redis: 'redis://localhost', store })).toEqual([
        'store: expected either redis or store, not both, received an object (TestLeaseStore)',
      ]);
    });
  });

  describe('health', () => {
    it('false mounts no controller', () => {
      expect(resolveOptions({ health: false }).health).toMatchObject({
        controller: false,
        maxErrorRate: 0.05,
      });
    });

    it('shows error texts only behind a guard, or without the ready-made controller', () => {
      const guard = { canActivate: () => true };
      expect(problemsOf({ health: { exposeErrors: true } })).toEqual([
        'health.exposeErrors: expected false, or a health.guard beside it, or controller: false: ' +
          'error texts are not for everybody, received true',
      ]);
      expect(problemsOf({ health: { exposeErrors: true, guard } })).toEqual([]);
      expect(problemsOf({ health: { exposeErrors: true, controller: false } })).toEqual([]);
    });

    it('gives each probe a path of its own: a sick worker must not fail the liveness', () => {
      expect(problemsOf({ health: { path: 'health', livePath: '/health/', readyPath: 'ready' } })).toEqual([
        'health.livePath: expected a path of its own, received "/health/"',
      ]);
    });
  });

  describe('the heartbeat', () => {
    const redis = 'redis://127.0.0.1:6379';

    it('may be a thread, with a stall limit of five TTLs', () => {
      const resolved = resolveOptions({ redis, heartbeat: 'thread', lease: { ttl: 3_000 } });
      expect(resolved).toMatchObject({ heartbeat: 'thread', stallLimit: 15_000 });
      expect(resolveOptions({ redis, heartbeat: 'thread', stallLimit: 20_000 }).stallLimit).toBe(20_000);
    });

    it.each<[string, object, RegExp]>([
      ['another word', { heartbeat: 'process' }, /'in-process' or 'thread'/],
      [
        'a store of the app',
        { heartbeat: 'thread', store: new BackgroundTestingKit().store },
        /store of the app/,
      ],
      [
        'a store that cannot tell how a thread opens it',
        {
          heartbeat: 'thread',
          store: Object.defineProperty(() => new BackgroundTestingKit().store, 'thread', {
            get: () => {
              throw new TypeError('Invalid URL');
            },
          }),
        },
        /with a store that a thread can open: this one cannot tell how \(Invalid URL\)/,
      ],
      [
        'a store of the app that a factory makes, and that no thread can',
        { heartbeat: 'thread', store: () => new BackgroundTestingKit().store },
        /store of the app/,
      ],
      [
        'a store with settings that cannot be copied',
        {
          heartbeat: 'thread',
          store: Object.assign(() => new BackgroundTestingKit().store, {
            thread: { module: 'file:///store.js', settings: { now: () => 0 } },
          }),
        },
        /whose settings can be sent to a thread/,
      ],
      [
        'a clock of the app',
        { heartbeat: 'thread', clock: new BackgroundTestingKit().clock },
        /system's clock/,
      ],
      [
        'options with functions that a thread would need',
        { heartbeat: 'thread', redis: { tls: { checkServerIdentity: () => undefined } } },
        /sent to a thread \(not: tls\)/,
      ],
      ['a stall limit without a thread', { stallLimit: 60_000 }, /no limit without heartbeat: 'thread'/],
      [
        'a stall limit below the renew deadline',
        { heartbeat: 'thread', stallLimit: 1_000 },
        /at least 20000/,
      ],
    ])('cannot be had with %s', (_what, options, message) => {
      expect(() => resolveOptions(options)).toThrow(message);
    });
  });

  it('takes false for no circuit breaker', () => {
    expect(resolveOptions({ circuitBreaker: false }).circuitBreaker).toBe(false);
  });

  it('has a stable code', () => {
    expect(() => resolveOptions({ enabled: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'BGS_INVALID_OPTIONS', name: 'InvalidOptionsError' }),
    );
  });
});
