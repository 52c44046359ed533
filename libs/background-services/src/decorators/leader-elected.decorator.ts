import { InvalidWorkerError, show } from '../errors/index.js';
import { markElected, takeOverLater } from '../discovery/election-metadata.js';
import { takeOverClass, takeOverSchedule } from '../discovery/schedule-metadata.js';
import type { WorkerOptions } from '../workers/index.js';

/** Options of `@LeaderElected`; they hold for every worker of the class, or for the one method. */
export type LeaderElectedOptions = WorkerOptions;

/**
 * Runs the scheduled methods of a class, or one method, on the one replica that holds the lease `key`.
 *
 * On a class all its `@Interval`, `@Cron`, `@Timeout` and `@Continuous` methods share the lease; on a method it is for that method alone
 * and wins over the class. It works above and below the schedule decorator. @nestjs/schedule no longer sees these methods, in whatever
 * order the modules are imported.
 *
 * @param key the Redis key of the lease, as operators will read it
 */
export function LeaderElected(
  key: string,
  options: LeaderElectedOptions = {},
): ClassDecorator & MethodDecorator {
  return (target: object, property?: unknown, descriptor?: PropertyDescriptor): void => {
    if (property === undefined) {
      markElected(target, { key, options });
      takeOverClass(target as { readonly prototype: object });
      return;
    }
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function' || typeof target === 'function') {
      throw new InvalidWorkerError(
        `@LeaderElected(${show(key)}) on ${placeOf(target, property)}`,
        'it is not an instance method',
        'Put it on a class, or on a method with @Interval, @Cron, @Timeout or @Continuous (legacy TypeScript decorators).',
      );
    }
    markElected(method, { key, options });
    if (!takeOverSchedule(method as () => unknown)) takeOverLater(method as () => unknown);
  };
}

function placeOf(target: object, property: unknown): string {
  const owner = typeof target === 'function' ? target.name : target.constructor.name;
  return `${owner}.${typeof property === 'string' ? property : show(property)}`;
}
