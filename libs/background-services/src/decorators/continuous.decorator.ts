import { continuousSchedule, setSchedule } from '../discovery/schedule-metadata.js';

export interface ContinuousOptions {
  /** Name of the worker. @default `Class.method` */
  readonly name?: string;
  /** Upper bound of the first delay before it is begun again, ms. @default 1_000 */
  readonly minBackoff?: number;
  /** The bound doubles up to this, ms. @default 30_000 */
  readonly maxBackoff?: number;
}

/**
 * A method that runs for as long as this replica leads and ends when `iteration.signal` aborts. If it fails or returns earlier it is begun
 * again after a random, growing delay. Needs `@LeaderElected` on the method or its class.
 */
export function Continuous(options: ContinuousOptions = {}): MethodDecorator {
  return (_target, _property, descriptor: PropertyDescriptor) => {
    setSchedule(descriptor.value as () => unknown, continuousSchedule(options));
  };
}
