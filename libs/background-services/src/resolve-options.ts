import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Cluster, Redis } from 'ioredis';
import { InvalidOptionsError, type OptionProblem } from './errors/index.js';
import type { HealthOptions } from './health/index.js';
import { systemClock } from './lease/index.js';
import type { LeaseTiming } from './leadership/index.js';
import type { BackgroundServicesOptions, ResolvedOptions } from './options.js';
import type { CircuitBreakerOptions } from './workers/index.js';

const DEFAULT_TTL = 30_000;
const SHORTEST_TTL = 300;

const BREAKER_DEFAULTS: CircuitBreakerOptions = {
  failureThreshold: 5,
  openDuration: 60_000,
  halfOpenMaxIterations: 3,
};

const HEALTH_DEFAULTS: HealthOptions = {
  controller: true,
  path: 'health/background',
  livePath: 'health/live',
  readyPath: 'health/ready',
  maxErrorRate: 0.05,
  failOnDegraded: true,
  exposeErrors: false,
};

const KNOWN = {
  '': [
    'redis',
    'store',
    'instanceId',
    'lease',
    'circuitBreaker',
    'health',
    'shutdown',
    'enabled',
    'clock',
    'random',
  ],
  lease: ['ttl', 'renewInterval', 'renewDeadline', 'retryInterval', 'jitter'],
  circuitBreaker: ['failureThreshold', 'openDuration', 'halfOpenMaxIterations', 'onOpen', 'onClose'],
  health: [
    'controller',
    'path',
    'livePath',
    'readyPath',
    'maxErrorRate',
    'failOnDegraded',
    'exposeErrors',
    'guard',
  ],
  shutdown: ['drainTimeout'],
} as const;

/**
 * Fills in the defaults and checks everything, for both forms of registration.
 * @throws InvalidOptionsError with every wrong field
 */
export function resolveOptions(options: BackgroundServicesOptions = {}): ResolvedOptions {
  const problems = new Problems();
  problems.object('', options);
  const lease = resolveLease(options.lease, problems);
  const circuitBreaker = resolveBreaker(options.circuitBreaker, problems);
  const health = resolveHealth(options.health, problems);
  const shutdown = { drainTimeout: 5_000, ...problems.object('shutdown', options.shutdown) };
  problems.number('shutdown.drainTimeout', shutdown.drainTimeout, { min: 0 });
  const { redis, store, instanceId = `${hostname()}-${process.pid}`, enabled = true } = options;
  problems.check(
    'redis',
    isRedisTarget(redis),
    'a redis:// URL, ioredis options, or an ioredis client',
    redis,
  );
  problems.check(
    'store',
    redis === undefined || store === undefined,
    'either redis or store, not both',
    store,
  );
  problems.check(
    'instanceId',
    typeof instanceId === 'string' && /^[\x21-\x7e]{1,200}$/.test(instanceId),
    '1 to 200 printable ASCII characters without spaces',
    instanceId,
  );
  problems.check('enabled', typeof enabled === 'boolean', 'a boolean', enabled);
  problems.throwIfAny();
  return {
    redis,
    store,
    instanceId: `${instanceId}-${randomBytes(4).toString('hex')}`,
    lease,
    circuitBreaker,
    health,
    shutdown,
    enabled,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function resolveLease(given: BackgroundServicesOptions['lease'], problems: Problems): LeaseTiming {
  const own = problems.object('lease', given);
  const ttl = own.ttl ?? DEFAULT_TTL;
  const lease = {
    ttl,
    renewInterval: ttl / 3,
    renewDeadline: (ttl * 2) / 3,
    retryInterval: ttl / 3,
    jitter: 0.2,
    ...own,
  };
  const { renewInterval, renewDeadline, retryInterval, jitter } = lease;
  const numbers = [
    problems.number('lease.ttl', ttl, { min: SHORTEST_TTL }),
    problems.number('lease.renewInterval', renewInterval, { min: 1 }),
    problems.number('lease.renewDeadline', renewDeadline, { min: 1 }),
    problems.number('lease.retryInterval', retryInterval, { min: 1 }),
    problems.number('lease.jitter', jitter, { min: 0, max: 1 }),
  ];
  if (numbers.every(Boolean)) {
    // As in client-go: a deadline must leave room for the TTL behind it, and for at least one more try before it.
    problems.check('lease.renewDeadline', renewDeadline < ttl, `less than lease.ttl (${ttl})`, renewDeadline);
    problems.check(
      'lease.renewInterval',
      renewInterval * (1 + jitter) < renewDeadline,
      `less than lease.renewDeadline / (1 + jitter) (${Math.floor(renewDeadline / (1 + jitter))})`,
      renewInterval,
    );
  }
  return lease;
}

function resolveBreaker(
  given: BackgroundServicesOptions['circuitBreaker'],
  problems: Problems,
): CircuitBreakerOptions | false {
  if (given === false) return false;
  const breaker = { ...BREAKER_DEFAULTS, ...problems.object('circuitBreaker', given) };
  problems.number('circuitBreaker.failureThreshold', breaker.failureThreshold, { min: 1, whole: true });
  problems.number('circuitBreaker.openDuration', breaker.openDuration, { min: 1 });
  problems.number('circuitBreaker.halfOpenMaxIterations', breaker.halfOpenMaxIterations, {
    min: 1,
    whole: true,
  });
  for (const name of ['onOpen', 'onClose'] as const) {
    const listener = breaker[name];
    problems.check(
      `circuitBreaker.${name}`,
      listener === undefined || typeof listener === 'function',
      'a function',
      listener,
    );
  }
  return breaker;
}

function resolveHealth(given: BackgroundServicesOptions['health'], problems: Problems): HealthOptions {
  if (given === false) return { ...HEALTH_DEFAULTS, controller: false };
  const health = { ...HEALTH_DEFAULTS, ...problems.object('health', given) };
  for (const name of ['path', 'livePath', 'readyPath'] as const) {
    problems.check(
      `health.${name}`,
      typeof health[name] === 'string' && health[name] !== '',
      'a route path',
      health[name],
    );
  }
  for (const name of ['controller', 'failOnDegraded', 'exposeErrors'] as const) {
    problems.check(`health.${name}`, typeof health[name] === 'boolean', 'a boolean', health[name]);
  }
  problems.number('health.maxErrorRate', health.maxErrorRate, { min: 0, max: 1 });
  problems.check(
    'health.guard',
    isGuard(health.guard),
    'a guard class or an object with canActivate()',
    health.guard,
  );
  const open = health.controller && health.exposeErrors && health.guard === undefined;
  problems.check(
    'health.exposeErrors',
    !open,
    'false, or a health.guard beside it, or controller: false: error texts are not for everybody',
    health.exposeErrors,
  );
  return health;
}

function isRedisTarget(redis: unknown): boolean {
  if (redis === undefined || redis instanceof Redis || redis instanceof Cluster) return true;
  if (typeof redis === 'string') return /^(rediss?:\/\/)?[^\s]+$/.test(redis);
  return redis !== null && typeof redis === 'object' && !Array.isArray(redis);
}

function isGuard(guard: unknown): boolean {
  if (guard === undefined || typeof guard === 'function') return true;
  return (
    typeof guard === 'object' &&
    guard !== null &&
    'canActivate' in guard &&
    typeof guard.canActivate === 'function'
  );
}

/** Collects what is wrong, so that it can be said at once. */
class Problems {
  readonly #found: OptionProblem[] = [];

  check(field: string, ok: boolean, expected: string, received: unknown): boolean {
    if (!ok) this.#found.push({ field, expected, received });
    return ok;
  }

  number(field: string, value: unknown, { min, max = Infinity, whole = false }: NumberRule): boolean {
    const ok =
      typeof value === 'number' &&
      value >= min &&
      value <= max &&
      value < Infinity &&
      (!whole || Number.isInteger(value));
    const kind = whole ? 'a whole number' : 'a number';
    return this.check(
      field,
      ok,
      max === Infinity ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`,
      value,
    );
  }

  /** Returns the given fields of a group, without those that are undefined; unknown ones are likely typing errors. */
  object<Group extends object>(group: keyof typeof KNOWN, value: Group | undefined): Partial<Group> {
    if (value === undefined) return {};
    const isGroup = typeof value === 'object' && (value as unknown) !== null && !Array.isArray(value);
    if (!this.check(group || 'options', isGroup, 'an object', value)) return {};
    const known: readonly string[] = KNOWN[group];
    for (const [name, field] of Object.entries(value)) {
      this.check(
        group ? `${group}.${name}` : name,
        known.includes(name),
        `one of ${known.join(', ')}`,
        field,
      );
    }
    return Object.fromEntries(
      Object.entries(value).filter(([, field]) => field !== undefined),
    ) as Partial<Group>;
  }

  throwIfAny(): void {
    if (this.#found.length > 0) throw new InvalidOptionsError(this.#found);
  }
}

interface NumberRule {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}
