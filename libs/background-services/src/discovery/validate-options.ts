import { show } from '../errors/index.js';
import type { CircuitBreakerOptions, WorkerOptions } from '../workers/index.js';
import { assertFields, isPositive, type Refuse } from './rules.js';

const DURATIONS = ['timeLimit', 'startDeadline', 'stallAfter'] as const;

const CHOICES = {
  immediate: [true, false],
  misfire: ['fire-once', 'skip', 'fire-all'],
  onInterrupted: ['skip', 'rerun'],
} as const;

const BREAKER_COUNTS = ['failureThreshold', 'halfOpenMaxIterations'] as const;
const BREAKER_LISTENERS = ['onOpen', 'onClose'] as const;

const CORRECT_IT = 'Correct it, or leave it out';
const CORRECT_DURATION = 'Use at most a century, or leave it out';

/** Checks the options of `@LeaderElected` and of `register()`. */
export function validateOptions(options: WorkerOptions, refuse: Refuse): void {
  assertFields('options', options, [...DURATIONS, ...Object.keys(CHOICES), 'circuitBreaker'], refuse);
  for (const name of DURATIONS) {
    const value: unknown = options[name];
    if (value !== undefined && !isPositive(value))
      refuse(`${name} must be a positive number of ms, received ${show(value)}`, CORRECT_DURATION);
  }
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const value: unknown = options[name as keyof typeof CHOICES];
    if (value !== undefined && !(allowed as readonly unknown[]).includes(value)) {
      const choices = allowed.map((choice) => show(choice)).join(', ');
      refuse(`${name} must be one of ${choices}, received ${show(value)}`, CORRECT_IT);
    }
  }
  const { circuitBreaker } = options;
  if (circuitBreaker !== undefined && circuitBreaker !== false) validateBreaker(circuitBreaker, refuse);
}

function validateBreaker(breaker: Partial<CircuitBreakerOptions>, refuse: Refuse): void {
  assertFields('circuitBreaker', breaker, [...BREAKER_COUNTS, 'openDuration', ...BREAKER_LISTENERS], refuse);
  const check = (
    name: keyof CircuitBreakerOptions,
    isValid: (value: unknown) => boolean,
    expected: string,
  ) => {
    const value: unknown = breaker[name];
    if (value !== undefined && !isValid(value))
      refuse(`circuitBreaker.${name} must be ${expected}, received ${show(value)}`, CORRECT_IT);
  };
  for (const name of BREAKER_COUNTS)
    check(name, (value) => Number.isInteger(value) && (value as number) >= 1, 'a whole number of at least 1');
  check('openDuration', isPositive, 'a positive number of ms');
  for (const name of BREAKER_LISTENERS) check(name, (value) => typeof value === 'function', 'a function');
}
