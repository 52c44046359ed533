import { type Clock, type OptionProblem, type Random, systemClock } from 'nestjs-background-services';
import { GUARD, type HttpGuard, type HttpGuards, isGuard, readPath } from 'nestjs-background-services/http';
import { InvalidJobsOptionsError } from './errors/index.js';
import { DEFAULT_PREFIX, type JobsRedis, type Retention, RETENTION_DEFAULTS } from './store/index.js';

/** Where the REST API is, and for whom. Without it nothing is mounted. */
export interface JobsHttpOptions {
  /** A global prefix of the app goes before it. @default 'jobs' */
  readonly path?: string;
  /** One guard for looking and acting; instead of `guards`. */
  readonly guard?: HttpGuard;
  /** Guards of their own for looking, and for submitting, cancelling and retrying; instead of `guard`. */
  readonly guards?: HttpGuards;
  /**
   * Who is asking, so that idempotency keys of two clients never meet.
   * @default the same for all
   */
  readonly identify?: (request: never) => string | undefined | Promise<string | undefined>;
}

/** Options of `BackgroundJobsModule`. Milliseconds throughout. */
export interface BackgroundJobsOptions {
  /** Where jobs are kept and queued, on BullMQ. @default none: in memory, for a single process */
  readonly redis?: JobsRedis;
  /** What all keys in Redis begin with; with a hash tag, for Cluster. @default '{background-jobs}' */
  readonly prefix?: string;
  /** Without Redis: a file in which jobs outlive the process. One process, one file. @default none */
  readonly file?: string;
  /** How many replicas of the app there are, if you know: more than one need Redis, and the boot says so. @default 1 */
  readonly replicas?: number;
  /** Jobs that run at a time on this replica. 0: it takes them, and others run them. @default 10 */
  readonly concurrency?: number;
  /** Items that are worked off at a time on this replica, over all its jobs. @default 50 */
  readonly itemConcurrency?: number;
  /** How long running items may take when the app shuts down. @default 5_000 */
  readonly drainTimeout?: number;
  readonly retention?: Partial<Retention>;
  readonly http?: JobsHttpOptions;
  /** The source of time. For tests. */
  readonly clock?: Clock;
  /** The source of randomness. For tests. */
  readonly random?: Random;
}

export interface BackgroundJobsOptionsFactory {
  createBackgroundJobsOptions(): BackgroundJobsOptions | Promise<BackgroundJobsOptions>;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly redis: JobsRedis | undefined;
  readonly prefix: string;
  readonly file: string | undefined;
  readonly concurrency: number;
  readonly itemConcurrency: number;
  readonly drainTimeout: number;
  readonly retention: Retention;
  /** `undefined`: nothing is mounted. */
  readonly http:
    | {
        readonly path: string;
        readonly guards: HttpGuards;
        readonly identify:
          ((request: unknown) => string | undefined | Promise<string | undefined>) | undefined;
      }
    | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

const KNOWN = [
  ...['redis', 'prefix', 'file', 'replicas', 'concurrency', 'itemConcurrency', 'drainTimeout'],
  ...['retention', 'http', 'clock', 'random'],
];
const KNOWN_HTTP = ['path', 'guard', 'guards', 'identify'];
const PLACE = 'BackgroundJobsModule';

/**
 * Checks the options and fills in the defaults.
 * @throws InvalidJobsOptionsError that lists every wrong field
 */
export function resolveOptions(options: BackgroundJobsOptions): ResolvedOptions {
  const problems: OptionProblem[] = [];
  const check = (field: string, ok: boolean, expected: string, received: unknown) => {
    if (!ok) problems.push({ field, expected, received });
  };
  const number = (field: string, value: unknown, min: number, whole = true) =>
    check(
      field,
      typeof value === 'number' && value >= min && value < 2 ** 53 && (!whole || Number.isInteger(value)),
      `${whole ? 'a whole number' : 'milliseconds'}, at least ${min}`,
      value,
    );
  if (typeof options !== 'object' || (options as unknown) === null)
    throw new InvalidJobsOptionsError(PLACE, [
      { field: 'options', expected: 'an object', received: options },
    ]);
  for (const [name, value] of Object.entries(options))
    check(name, KNOWN.includes(name), `one of ${KNOWN.join(', ')}`, value);
  const {
    redis,
    prefix = DEFAULT_PREFIX,
    file,
    replicas = 1,
    concurrency = 10,
    itemConcurrency = 50,
  } = options;
  const { drainTimeout = 5_000, clock = systemClock, random = Math.random } = options;
  const retention = { ...RETENTION_DEFAULTS, ...options.retention };
  check(
    'redis',
    redis === undefined || (typeof redis === 'string' && /^rediss?:\/\//.test(redis)) || isObject(redis),
    'a URL such as redis://host:6379, options or a client of ioredis',
    typeof redis === 'string' ? '(a text)' : redis,
  );
  check('prefix', /^[^{}]*\{[^{}]+\}[^{}]*$/.test(prefix), 'a text with a hash tag, such as {jobs}', prefix);
  check('file', file === undefined || (typeof file === 'string' && file !== ''), 'a path', file);
  check('file', file === undefined || redis === undefined, 'either redis or file, not both', file);
  number('replicas', replicas, 1);
  check(
    'replicas',
    !(replicas > 1) || redis !== undefined,
    '1, or redis: jobs in memory are of one process',
    replicas,
  );
  number('concurrency', concurrency, 0);
  number('itemConcurrency', itemConcurrency, 1);
  number('drainTimeout', drainTimeout, 0, false);
  number('retention.completed', retention.completed, 1, false);
  number('retention.failed', retention.failed, 1, false);
  const http = resolveHttp(options.http, check);
  if (problems.length > 0) throw new InvalidJobsOptionsError(PLACE, problems);
  return { redis, prefix, file, concurrency, itemConcurrency, drainTimeout, retention, http, clock, random };
}

function resolveHttp(
  options: JobsHttpOptions | undefined,
  check: (field: string, ok: boolean, expected: string, received: unknown) => void,
): ResolvedOptions['http'] {
  if (options === undefined) return undefined;
  if (!isObject(options)) {
    check('http', false, 'an object', options);
    return undefined;
  }
  for (const [name, value] of Object.entries(options))
    check(`http.${name}`, KNOWN_HTTP.includes(name), `one of ${KNOWN_HTTP.join(', ')}`, value);
  const { path = 'jobs', guard, guards, identify } = options;
  const read = readPath(path);
  check('http.path', read !== undefined, 'a path such as "api/jobs"', path);
  check('http.guard', guard === undefined || guards === undefined, 'either guard or guards, not both', guard);
  if (guard !== undefined) check('http.guard', isGuard(guard), GUARD, guard);
  if (guards !== undefined) {
    const { read: looking, act }: Partial<HttpGuards> = Object(guards) as HttpGuards;
    check('http.guards.read', isGuard(looking), GUARD, looking);
    check('http.guards.act', act === undefined || isGuard(act), GUARD, act);
  }
  check('http.identify', identify === undefined || typeof identify === 'function', 'a function', identify);
  const all = guard ? { read: guard, act: guard } : guards;
  // Nothing is open by default.
  if (!all) return undefined;
  return {
    path: read ?? '',
    guards: all,
    identify: identify as NonNullable<ResolvedOptions['http']>['identify'],
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
