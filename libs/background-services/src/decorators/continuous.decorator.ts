import { rememberMark } from '../discovery/method-marks.js';
import { addSchedule, TAKEN } from '../discovery/schedule-metadata.js';
import { readable } from '../discovery/readable.js';
import { CONTINUOUS_OPTIONS } from '../discovery/schema.js';
import { refuseIfWrong, wrongFields } from '../discovery/wrong-fields.js';
import { CONTINUOUS_DEFAULTS } from '../workers/index.js';
import { assertCalled, instanceMethod } from './instance-method.js';

/** Options of `@Continuous`. Durations are in milliseconds. */
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
export function Continuous(options?: ContinuousOptions): MethodDecorator;
export function Continuous(options: ContinuousOptions = {}, misplaced?: unknown): MethodDecorator {
  assertCalled('@Continuous', '@Continuous()', options, misplaced);
  return (target: object, property: unknown, descriptor?: PropertyDescriptor): void => {
    const place = instanceMethod('@Continuous', target, property, descriptor);
    const { name, minBackoff, maxBackoff } = readOptions(`${target.constructor.name}.${place.name}`, options);
    addSchedule(place.method, { name, spec: { kind: 'continuous', minBackoff, maxBackoff } });
    rememberMark(place.prototype, place.name, TAKEN);
  };
}

/** @throws InvalidWorkerError */
function readOptions(place: string, options: ContinuousOptions) {
  return readable(place, () => {
    refuseIfWrong(place, wrongFields('@Continuous', CONTINUOUS_OPTIONS, options));
    const { minBackoff = CONTINUOUS_DEFAULTS.minBackoff, maxBackoff = CONTINUOUS_DEFAULTS.maxBackoff } =
      options;
    return { name: options.name, minBackoff, maxBackoff };
  });
}
