import 'reflect-metadata';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { ScheduleMetadataError, show } from '../errors/index.js';
import { CONTINUOUS_DEFAULTS, type ScheduleSpec } from '../workers/index.js';

/** What @nestjs/schedule puts on a method. It does not export these; `assertScheduleMetadata` checks them at boot. */
const KEYS = {
  type: 'SCHEDULER_TYPE',
  name: 'SCHEDULER_NAME',
  cron: 'SCHEDULE_CRON_OPTIONS',
  interval: 'SCHEDULE_INTERVAL_OPTIONS',
  timeout: 'SCHEDULE_TIMEOUT_OPTIONS',
} as const;

const TYPES = { cron: 1, timeout: 2, interval: 3 } as const;

/** Where a schedule goes that was taken over. `Symbol.for`: two copies of this package must agree. */
const TAKEN = Symbol.for('nestjs-background-services:schedule');

type Method = (...args: never[]) => unknown;

/** The schedule of a method, as its decorators declared it. */
export interface MethodSchedule {
  readonly name: string | undefined;
  readonly spec: ScheduleSpec;
}

/** Whether @nestjs/schedule would run this method. */
export function hasStockSchedule(method: Method): boolean {
  return Reflect.hasMetadata(KEYS.type, method);
}

/** Moves the schedule of a method out of @nestjs/schedule's sight. Returns whether there was one. */
export function takeOverSchedule(method: Method): boolean {
  const schedule = readStockSchedule(method);
  if (!schedule) return false;
  for (const key of Object.values(KEYS)) Reflect.deleteMetadata(key, method);
  setSchedule(method, schedule);
  return true;
}

/**
 * Takes over every scheduled method of a class. One that is inherited is not stripped, because its class may be used elsewhere: the
 * subclass gets a method of its own that calls it.
 */
export function takeOverClass(target: { readonly prototype: object }): void {
  const { prototype } = target;
  for (const [name, method] of scheduledMethods(prototype)) {
    if (Object.hasOwn(prototype, name)) {
      takeOverSchedule(method);
      continue;
    }
    const schedule = readStockSchedule(method);
    if (!schedule) continue;
    const delegate = function (this: unknown, ...args: never[]): unknown {
      return method.apply(this, args);
    };
    Object.defineProperty(delegate, 'name', { value: name });
    Object.defineProperty(prototype, name, {
      value: delegate,
      writable: true,
      configurable: true,
      enumerable: false,
    });
    setSchedule(delegate, schedule);
  }
}

/** The schedule that was taken over from a method. */
export function takenSchedule(method: Method): MethodSchedule | undefined {
  return Reflect.getMetadata(TAKEN, method) as MethodSchedule | undefined;
}

export function setSchedule(method: Method, schedule: MethodSchedule): void {
  Reflect.defineMetadata(TAKEN, schedule, method);
}

/** All methods of an object's prototype chain by name, overridden ones left out. Getters are not touched. */
export function methodsOf(prototype: object | null): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>();
  for (let level = prototype; level !== null; level = parentOf(level)) {
    if (level === Object.prototype) break;
    for (const name of Object.getOwnPropertyNames(level)) {
      if (name === 'constructor' || methods.has(name)) continue;
      const value: unknown = Object.getOwnPropertyDescriptor(level, name)?.value;
      if (typeof value === 'function') methods.set(name, value as Method);
    }
  }
  return methods;
}

function parentOf(level: object): object | null {
  return Object.getPrototypeOf(level) as object | null;
}

/**
 * Checks that the installed @nestjs/schedule marks methods as this package expects. Without that, jobs would run on every replica.
 * @throws ScheduleMetadataError
 */
export function assertScheduleMetadata(): void {
  check('Interval', Interval('probe', 1), { type: TYPES.interval, name: 'probe', interval: { timeout: 1 } });
  check('Timeout', Timeout('probe', 1), { type: TYPES.timeout, name: 'probe', timeout: { timeout: 1 } });
  check('Cron', Cron('* * * * *', { name: 'probe' }), {
    type: TYPES.cron,
    name: 'probe',
    cron: { name: 'probe', cronTime: '* * * * *' },
  });
}

function check(
  decorator: string,
  decorate: MethodDecorator,
  expected: Partial<Record<keyof typeof KEYS, unknown>>,
): void {
  const probe = () => undefined;
  decorate({}, 'probe', { value: probe });
  const found = Object.fromEntries(
    (Reflect.getMetadataKeys(probe) as unknown[]).map((key) => [
      String(key),
      Reflect.getMetadata(key, probe) as unknown,
    ]),
  );
  const wanted = Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [KEYS[key as keyof typeof KEYS], value]),
  );
  if (canonical(found) !== canonical(wanted))
    throw new ScheduleMetadataError(decorator, canonical(wanted), canonical(found));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}

function scheduledMethods(prototype: object): readonly (readonly [string, Method])[] {
  return [...methodsOf(prototype)].filter(([, method]) => hasStockSchedule(method));
}

function readStockSchedule(method: Method): MethodSchedule | undefined {
  const name = Reflect.getMetadata(KEYS.name, method) as string | undefined;
  switch (Reflect.getMetadata(KEYS.type, method)) {
    case TYPES.interval: {
      const { timeout } = Reflect.getMetadata(KEYS.interval, method) as { timeout: number };
      return { name, spec: { kind: 'interval', every: timeout } };
    }
    case TYPES.timeout: {
      const { timeout } = Reflect.getMetadata(KEYS.timeout, method) as { timeout: number };
      return { name, spec: { kind: 'timeout', delay: timeout } };
    }
    case TYPES.cron:
      return { name, spec: readCron(Reflect.getMetadata(KEYS.cron, method) as CronMetadata) };
    default:
      return undefined;
  }
}

type CronMetadata = Omit<ScheduleSpec & { kind: 'cron' }, 'kind' | 'pattern'> & {
  readonly cronTime: unknown;
};

/** `unrefTimeout` has no meaning here, and `waitForCompletion` always holds. */
function readCron({
  cronTime,
  timeZone,
  utcOffset,
  disabled,
  initialDelay,
  threshold,
}: CronMetadata): ScheduleSpec {
  const given = { timeZone, utcOffset, disabled, initialDelay, threshold };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { kind: 'cron', pattern: toPattern(cronTime), ...options };
}

/** Cron times are patterns, Dates and Luxon's DateTimes. What is none of them is kept, and refused by name at boot. */
function toPattern(cronTime: unknown): string | Date {
  if (typeof cronTime === 'string' || cronTime instanceof Date) return cronTime;
  const { toJSDate } = (cronTime ?? {}) as { toJSDate?: () => Date };
  return typeof toJSDate === 'function' ? toJSDate.call(cronTime) : show(cronTime);
}

/** The schedule of a `@Continuous` method. */
export function continuousSchedule(options: {
  readonly name?: string;
  readonly minBackoff?: number;
  readonly maxBackoff?: number;
}): MethodSchedule {
  const {
    name,
    minBackoff = CONTINUOUS_DEFAULTS.minBackoff,
    maxBackoff = CONTINUOUS_DEFAULTS.maxBackoff,
  } = options;
  return { name, spec: { kind: 'continuous', minBackoff, maxBackoff } };
}
