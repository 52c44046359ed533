import 'reflect-metadata';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { ScheduleMetadataError, show } from '../errors/index.js';
import type { ScheduleSpec } from '../workers/index.js';
import { type Method, methodsOf } from './methods.js';

/** What @nestjs/schedule puts on a method. It does not export these; `assertScheduleMetadata` checks them at boot. */
const KEYS = {
  type: 'SCHEDULER_TYPE',
  name: 'SCHEDULER_NAME',
  cron: 'SCHEDULE_CRON_OPTIONS',
  interval: 'SCHEDULE_INTERVAL_OPTIONS',
  timeout: 'SCHEDULE_TIMEOUT_OPTIONS',
} as const;

const STOCK_KEYS: readonly unknown[] = Object.values(KEYS);

const TYPES = { cron: 1, timeout: 2, interval: 3 } as const;

/** Where schedules go that were taken over. `Symbol.for`: two copies of this package must agree. */
export const TAKEN = Symbol.for('nestjs-background-services:schedule');

/** The schedule of a method, as its decorators declared it. */
export interface MethodSchedule {
  readonly name: string | undefined;
  readonly spec: ScheduleSpec;
  /** Options of the decorator that @nestjs/schedule would obey and that mean nothing here. */
  readonly unread?: readonly string[];
}

/** Whether @nestjs/schedule would run this method. */
export function hasStockSchedule(method: object): boolean {
  return Reflect.hasMetadata(KEYS.type, method);
}

/** Moves the schedule of a method out of @nestjs/schedule's sight. */
export function takeOverSchedule(method: Method): void {
  // Every method is looked at twice; the second time there is mostly nothing.
  if (!hasStockSchedule(method)) return;
  const schedules = readStockSchedules(method);
  for (const key of STOCK_KEYS) Reflect.deleteMetadata(key, method);
  for (const schedule of schedules) addSchedule(method, schedule);
}

/**
 * Takes over every scheduled method of a class. One that is inherited is not stripped, because its class may be used elsewhere: the
 * subclass gets a method of its own that calls it.
 */
export function takeOverClass({ prototype }: { readonly prototype: object }): void {
  for (const [name, { method, owner }] of methodsOf(prototype)) {
    if (!hasStockSchedule(method)) continue;
    if (owner === prototype) takeOverSchedule(method);
    else delegateTo(method, name, prototype);
  }
}

function delegateTo(method: Method, name: string, prototype: object): void {
  const delegate = function (this: unknown, ...args: never[]): unknown {
    return method.apply(this, args);
  };
  Object.defineProperty(delegate, 'name', { value: name });
  // Other packages' marks go along (an event handler stays one); only the schedule changes hands.
  for (const key of Reflect.getMetadataKeys(method) as unknown[]) {
    if (!STOCK_KEYS.includes(key)) Reflect.defineMetadata(key, Reflect.getMetadata(key, method), delegate);
  }
  for (const schedule of readStockSchedules(method)) addSchedule(delegate, schedule);
  Object.defineProperty(prototype, name, {
    value: delegate,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

/** The schedules that were taken over from a method: one, unless it has several decorators. */
export function takenSchedules(method: Method): readonly MethodSchedule[] {
  return (Reflect.getMetadata(TAKEN, method) ?? []) as readonly MethodSchedule[];
}

export function addSchedule(method: Method, schedule: MethodSchedule): void {
  Reflect.defineMetadata(TAKEN, [...takenSchedules(method), schedule], method);
}

/**
 * Checks that the installed @nestjs/schedule marks methods as this package expects. Without that, jobs would run on every replica.
 * @throws ScheduleMetadataError
 */
export function assertScheduleMetadata(stock = { Interval, Timeout, Cron }): void {
  const name = 'probe';
  const cronTime = '* * * * *';
  check('Interval', stock.Interval(name, 1), { type: TYPES.interval, name, interval: { timeout: 1 } });
  check('Timeout', stock.Timeout(name, 1), { type: TYPES.timeout, name, timeout: { timeout: 1 } });
  check('Cron', stock.Cron(cronTime, { name }), { type: TYPES.cron, name, cron: { name, cronTime } });
}

function check(
  decorator: string,
  decorate: MethodDecorator,
  expected: Partial<Record<keyof typeof KEYS, unknown>>,
): void {
  const descriptor: PropertyDescriptor = { value: () => undefined, writable: true, configurable: true };
  const returned = decorate({}, 'probe', descriptor) ?? descriptor;
  // An instrumentation that wraps the decorator (Sentry's does) marks the wrapper that stands in the method's place now.
  const marked = returned.value as object;
  const found = Object.fromEntries(
    (Reflect.getMetadataKeys(marked) as unknown[])
      .filter(isScheduleMark)
      .map((key) => [key, Reflect.getMetadata(key, marked) as unknown]),
  );
  const wanted = Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [KEYS[key as keyof typeof KEYS], value]),
  );
  if (canonical(found) !== canonical(wanted))
    throw new ScheduleMetadataError(decorator, canonical(wanted), canonical(found));
}

/** Also one that this version of the package does not know: it may be what makes a method run. */
function isScheduleMark(key: unknown): key is string {
  return typeof key === 'string' && key.startsWith('SCHEDUL');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}

/** Of several decorators of different kinds @nestjs/schedule runs the topmost; here all are read, so that none is lost unseen. */
function readStockSchedules(method: Method): readonly MethodSchedule[] {
  if (!hasStockSchedule(method)) return [];
  const name = Reflect.getMetadata(KEYS.name, method) as string | undefined;
  const interval = Reflect.getMetadata(KEYS.interval, method) as { timeout: number } | undefined;
  const timeout = Reflect.getMetadata(KEYS.timeout, method) as { timeout: number } | undefined;
  const cron = Reflect.getMetadata(KEYS.cron, method) as CronMetadata | undefined;
  const schedules: MethodSchedule[] = [];
  if (interval) schedules.push({ name, spec: { kind: 'interval', every: interval.timeout } });
  if (timeout) schedules.push({ name, spec: { kind: 'timeout', delay: timeout.timeout } });
  if (cron) schedules.push({ name, ...readCron(cron) });
  return schedules;
}

type CronMetadata = Omit<ScheduleSpec & { kind: 'cron' }, 'kind' | 'pattern'> & {
  readonly cronTime: unknown;
};

/** `waitForCompletion` always holds, and `unrefTimeout` is of no use: what keeps the process alive is the lease, not a timer for each job. */
const WITHOUT_EFFECT = ['name', 'unrefTimeout', 'waitForCompletion'];

function readCron({ cronTime, ...options }: CronMetadata): Omit<MethodSchedule, 'name'> {
  const { timeZone, utcOffset, disabled, initialDelay, threshold } = options;
  const known = { timeZone, utcOffset, disabled, initialDelay, threshold };
  const spec = { kind: 'cron', pattern: toPattern(cronTime), ...withoutEmpty(known) } as const;
  const unread = Object.keys(withoutEmpty(options)).filter(
    (option) => !(option in known) && !WITHOUT_EFFECT.includes(option),
  );
  return unread.length > 0 ? { spec, unread } : { spec };
}

/** To `cron`, null is an option that is not given. */
function withoutEmpty(options: object): object {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Cron times are patterns, Dates and Luxon's DateTimes. What is none of them is kept, and refused by name at boot. */
function toPattern(cronTime: unknown): string | Date {
  try {
    if (typeof cronTime === 'string' || cronTime instanceof Date) return cronTime;
    const { toJSDate } = (cronTime ?? {}) as { toJSDate?: () => unknown };
    const date = typeof toJSDate === 'function' ? toJSDate.call(cronTime) : undefined;
    return date instanceof Date ? date : show(cronTime);
  } catch {
    return show(cronTime);
  }
}
