import { show } from '../errors/index.js';
import { electClass, electMethod } from '../discovery/election-metadata.js';
import type { WorkerOptions } from '../workers/index.js';
import { assertCalled, instanceMethod } from './instance-method.js';

/**
 * Runs the scheduled methods of a class, or one method, on the one replica that holds the lease `key`.
 *
 * On a class all its `@Interval`, `@Cron`, `@Timeout` and `@Continuous` methods share the lease; on a method it is for that method alone
 * and wins over the class, options included. It works above and below the schedule decorator. @nestjs/schedule no longer sees these
 * methods, in whatever order the modules are imported.
 *
 * @param key the Redis key of the lease, as operators will read it
 */
export function LeaderElected(key: string, options: WorkerOptions = {}): ClassDecorator & MethodDecorator {
  assertCalled('@LeaderElected', '@LeaderElected("some:key")', key, options);
  return (target: object, property?: unknown, descriptor?: PropertyDescriptor): void => {
    if (property === undefined && typeof target === 'function') {
      electClass(target, { key, options });
      return;
    }
    const place = instanceMethod(`@LeaderElected(${show(key)})`, target, property, descriptor);
    electMethod(place.prototype, place.name, place.method, { key, options });
  };
}
