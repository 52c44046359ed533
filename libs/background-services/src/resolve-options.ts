import { Cluster } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { checkRedisTarget } from './check-redis-target.js';
import type { HealthOptions } from './health/index.js';
import { systemClock, unportableFields } from './lease/index.js';
import type { LeaseTiming } from './leadership/index.js';
import { OptionProblems } from './option-problems.js';
import type { BackgroundServicesOptions, ResolvedOptions } from './options.js';
import { CIRCUIT_BREAKER_DEFAULTS, type CircuitBreakerOptions } from './workers/index.js';

const DEFAULT_TTL = 30_000;
const SHORTEST_TTL = 300;

const HEALTH_DEFAULTS: HealthOptions = {
  controller: true,
  path: 'health/background',
  livePath: 'health/live',
  readyPath: 'health/ready',
  maxErrorRate: 0.05,
  failOnDegraded: true,
  exposeErrors: false,
};

const STORE_METHODS = ['acquire', 'renew', 'release', 'record', 'inspect', 'watch', 'close'];
const INSTRUMENTATION_METHODS = ['iteration', 'handOver', 'leaseOperation'];
const CLOCK_METHODS = ['monotonic', 'wall', 'setTimeout'];

/**
 * Fills in the defaults and checks everything, for both forms of registration.
 * @throws InvalidOptionsError with every wrong field
 */
export function resolveOptions(options: BackgroundServicesOptions = {}): ResolvedOptions {
  const problems = new OptionProblems();
  const own = problems.group('', options);
  const lease = resolveLease(own.lease, problems);
  const circuitBreaker = resolveBreaker(own.circuitBreaker, problems);
  const health = resolveHealth(own.health, problems);
  const shutdown = { drainTimeout: 5_000, ...problems.group('shutdown', own.shutdown) };
  problems.number('shutdown.drainTimeout', shutdown.drainTimeout, { min: 0 });
  const fleet = problems.group('fleet', own.fleet);
  problems.check(
    'fleet.version',
    fleet.version === undefined ||
      (typeof fleet.version === 'string' && /^[\x20-\x7e]{1,100}$/.test(fleet.version)),
    '1 to 100 printable ASCII characters',
    fleet.version,
  );
  const { redis, waitReplicas = 0, store, instanceId = `${hostname()}-${process.pid}`, enabled = true } = own;
  const { clock = systemClock, random = Math.random, logs = 'text', instrumentation } = own;
  const target = checkRedisTarget(redis, problems);
  problems.number('waitReplicas', waitReplicas, { min: 0, whole: true });
  const hasReplicas = target !== undefined && !Array.isArray(target) && !(target instanceof Cluster);
  problems.check(
    'waitReplicas',
    waitReplicas === 0 || hasReplicas,
    '0, or a single redis beside it',
    waitReplicas,
  );
  const { heartbeat, stallLimit } = resolveHeartbeat({ ...own, redis: target }, lease, problems);
  problems.optionalPort('store', store, STORE_METHODS);
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
  problems.check('logs', ['text', 'structured'].includes(logs), "'text' or 'structured'", logs);
  problems.optionalPort('instrumentation', instrumentation, INSTRUMENTATION_METHODS);
  problems.boolean('enabled', enabled);
  problems.optionalPort('clock', clock, CLOCK_METHODS);
  problems.optionalFunction('random', random);
  problems.throwIfAny();
  return {
    redis,
    waitReplicas,
    store,
    instanceId: `${instanceId}-${randomBytes(4).toString('hex')}`,
    lease,
    heartbeat,
    stallLimit,
    circuitBreaker,
    health,
    shutdown,
    fleet,
    logs,
    instrumentation,
    enabled,
    clock,
    random,
  };
}

function resolveLease(given: BackgroundServicesOptions['lease'], problems: OptionProblems): LeaseTiming {
  const own = problems.group('lease', given);
  const { ttl: givenTtl = DEFAULT_TTL } = own;
  const ttlIsValid = problems.number('lease.ttl', givenTtl, { min: SHORTEST_TTL });
  // What is derived from a wrong TTL is not the user's mistake: it is checked with the default.
  const ttl = ttlIsValid ? givenTtl : DEFAULT_TTL;
  const lease = {
    renewInterval: ttl / 3,
    renewDeadline: (ttl * 2) / 3,
    retryInterval: ttl / 3,
    jitter: 0.2,
    ...own,
    ttl,
  };
  const { renewInterval, renewDeadline, retryInterval, jitter } = lease;
  const others = [
    problems.number('lease.renewInterval', renewInterval, { min: 1 }),
    problems.number('lease.renewDeadline', renewDeadline, { min: 1 }),
    problems.number('lease.retryInterval', retryInterval, { min: 1 }),
    problems.number('lease.jitter', jitter, { min: 0, max: 1 }),
  ];
  if (ttlIsValid && others.every(Boolean)) {
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

function resolveHeartbeat(
  { heartbeat = 'in-process', stallLimit, redis, store, clock = systemClock }: BackgroundServicesOptions,
  { ttl, renewDeadline }: LeaseTiming,
  problems: OptionProblems,
): Pick<ResolvedOptions, 'heartbeat' | 'stallLimit'> {
  const isThread = (heartbeat as unknown) === 'thread';
  problems.check('heartbeat', isThread || heartbeat === 'in-process', "'in-process' or 'thread'", heartbeat);
  if (stallLimit !== undefined) {
    problems.number('stallLimit', stallLimit, { min: renewDeadline });
    problems.check('stallLimit', isThread, "no limit without heartbeat: 'thread'", stallLimit);
  }
  if (isThread) {
    const needs = "'in-process', or 'thread' with";
    problems.check(
      'heartbeat',
      store === undefined,
      `${needs} redis: a thread cannot use a store of the app`,
      heartbeat,
    );
    problems.check('heartbeat', clock === systemClock, `${needs} the system's clock`, heartbeat);
    const fields = redis === undefined ? '' : unportableFields(redis).join(', ');
    problems.check(
      'heartbeat',
      fields === '',
      `${needs} redis options that can be sent to a thread (not: ${fields})`,
      heartbeat,
    );
  }
  return { heartbeat, stallLimit: stallLimit ?? 5 * ttl };
}

function resolveBreaker(
  given: BackgroundServicesOptions['circuitBreaker'],
  problems: OptionProblems,
): CircuitBreakerOptions | false {
  if (given === false) return false;
  const breaker = { ...CIRCUIT_BREAKER_DEFAULTS, ...problems.group('circuitBreaker', given) };
  const { failureThreshold, openDuration, halfOpenMaxIterations, onOpen, onClose } = breaker;
  problems.number('circuitBreaker.failureThreshold', failureThreshold, { min: 1, whole: true });
  problems.number('circuitBreaker.openDuration', openDuration, { min: 1 });
  problems.number('circuitBreaker.halfOpenMaxIterations', halfOpenMaxIterations, { min: 1, whole: true });
  problems.optionalFunction('circuitBreaker.onOpen', onOpen);
  problems.optionalFunction('circuitBreaker.onClose', onClose);
  return breaker;
}

function resolveHealth(given: BackgroundServicesOptions['health'], problems: OptionProblems): HealthOptions {
  if (given === false) return { ...HEALTH_DEFAULTS, controller: false };
  const health = { ...HEALTH_DEFAULTS, ...problems.group('health', given) };
  const { controller, failOnDegraded, exposeErrors, maxErrorRate, guard } = health;
  const taken = new Set<unknown>();
  for (const name of ['path', 'livePath', 'readyPath'] as const) {
    const path: unknown = health[name];
    const isPath = typeof path === 'string' && path.replaceAll('/', '') !== '';
    problems.check(`health.${name}`, isPath, 'a route path, e.g. "health/background"', path);
    const route = isPath ? path.replace(/^\/+|\/+$/g, '') : undefined;
    problems.check(`health.${name}`, !isPath || !taken.has(route), 'a path of its own', path);
    taken.add(route);
  }
  problems.boolean('health.controller', controller);
  problems.boolean('health.failOnDegraded', failOnDegraded);
  problems.boolean('health.exposeErrors', exposeErrors);
  problems.number('health.maxErrorRate', maxErrorRate, { min: 0, max: 1 });
  problems.check(
    'health.guard',
    () => isGuard(guard),
    'a guard class or an object with canActivate()',
    guard,
  );
  problems.check(
    'health.exposeErrors',
    controller !== true || exposeErrors !== true || guard !== undefined,
    'false, or a health.guard beside it, or controller: false: error texts are not for everybody',
    exposeErrors,
  );
  return health;
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
