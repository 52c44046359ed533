import { type Clock, type OptionProblem, systemClock } from 'nestjs-background-services';
import { GUARD, type HttpGuard, type HttpGuards, isGuard, readPath } from 'nestjs-background-services/http';
import { InvalidDashboardOptionsError } from './errors.js';

export type DashboardGuard = HttpGuard;
export type DashboardGuards = HttpGuards;

/** Options of `BackgroundDashboardModule`. Without `guard` and `guards` nothing is mounted, and every path answers 404. */
export interface BackgroundDashboardOptions {
  /** Where the page is; the API is below it, at `<path>/api`. A global prefix of the app goes before it. @default 'background' */
  readonly path?: string;
  /** One guard for looking and acting; instead of `guards`. */
  readonly guard?: DashboardGuard;
  /** Guards of their own for looking and for acting; instead of `guard`. */
  readonly guards?: DashboardGuards;
  /** Whether the page is mounted, or the API alone. @default true */
  readonly page?: boolean;
  /**
   * Says who is asking, for the audit list: 1 to 200 characters, of a request of the app's own HTTP server that the guards have let through.
   * @default none: whoever acts gives a name, which is taken as it is given
   */
  readonly identify?: (request: never) => string | undefined | Promise<string | undefined>;
  /** The source of time. For tests. */
  readonly clock?: Clock;
}

export interface BackgroundDashboardOptionsFactory {
  createBackgroundDashboardOptions(): BackgroundDashboardOptions | Promise<BackgroundDashboardOptions>;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  /** Without slashes around it; `''`: the root. */
  readonly path: string;
  /** `undefined`: nothing is mounted. */
  readonly guards: DashboardGuards | undefined;
  readonly page: boolean;
  readonly identify: ((request: unknown) => string | undefined | Promise<string | undefined>) | undefined;
  readonly clock: Clock;
}

const KNOWN: readonly string[] = ['path', 'guard', 'guards', 'page', 'identify', 'clock'];

/**
 * Checks the options and fills in the defaults.
 * @throws InvalidDashboardOptionsError that lists every wrong field
 */
export function resolveOptions(options: BackgroundDashboardOptions): ResolvedOptions {
  const problems: OptionProblem[] = [];
  const check = (field: string, ok: boolean, expected: string, received: unknown) => {
    if (!ok) problems.push({ field, expected, received });
  };
  if (typeof options !== 'object' || (options as unknown) === null)
    throw new InvalidDashboardOptionsError([{ field: 'options', expected: 'an object', received: options }]);
  for (const [name, value] of Object.entries(options))
    check(name, KNOWN.includes(name), `one of ${KNOWN.join(', ')}`, value);
  const { path = 'background', guard, guards, page = true, identify, clock = systemClock } = options;
  const trimmed = readPath(path);
  check('path', trimmed !== undefined, 'a path such as "ops/background"', path);
  check('page', typeof page === 'boolean', 'a boolean', page);
  check('identify', identify === undefined || typeof identify === 'function', 'a function', identify);
  check('guard', guard === undefined || guards === undefined, 'either guard or guards, not both', guard);
  if (guard !== undefined) check('guard', isGuard(guard), GUARD, guard);
  if (guards !== undefined) {
    const { read, act }: Partial<DashboardGuards> = Object(guards) as DashboardGuards;
    check('guards.read', isGuard(read), GUARD, read);
    check('guards.act', act === undefined || isGuard(act), GUARD, act);
  }
  if (problems.length > 0) throw new InvalidDashboardOptionsError(problems);
  return {
    path: trimmed ?? '',
    guards: guard ? { read: guard, act: guard } : guards,
    page,
    identify: identify as ResolvedOptions['identify'],
    clock,
  };
}
