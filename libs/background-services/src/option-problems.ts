import { InvalidOptionsError, type OptionProblem } from './errors/index.js';

/** Groups that `false` turns off. */
const SWITCHES: readonly string[] = ['circuitBreaker', 'health'];

/** Every option there is; others are likely typing errors. */
const KNOWN = {
  '': [
    'redis',
    'waitReplicas',
    'store',
    'instanceId',
    'lease',
    'heartbeat',
    'stallLimit',
    'circuitBreaker',
    'health',
    'shutdown',
    'enabled',
    'clock',
    'random',
  ],
  lease: ['ttl', 'renewInterval', 'renewDeadline', 'retryInterval', 'jitter'],
  circuitBreaker: ['failureThreshold', 'openDuration', 'halfOpenMaxIterations', 'onOpen', 'onClose'],
  health: [
    'controller',
    'path',
    'livePath',
    'readyPath',
    'maxErrorRate',
    'failOnDegraded',
    'exposeErrors',
    'guard',
  ],
  shutdown: ['drainTimeout'],
} as const;

interface NumberRule {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}

/** Collects what is wrong with the options, so that it can be said at once. */
export class OptionProblems {
  readonly #found: OptionProblem[] = [];

  check(field: string, ok: boolean, expected: string, received: unknown): boolean {
    if (!ok) this.#found.push({ field, expected, received });
    return ok;
  }

  number(field: string, value: unknown, { min, max = Infinity, whole = false }: NumberRule): boolean {
    const ok =
      typeof value === 'number' &&
      value >= min &&
      value <= max &&
      value < Infinity &&
      (!whole || Number.isInteger(value));
    const kind = whole ? 'a whole number' : 'a number';
    const expected = max === Infinity ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`;
    return this.check(field, ok, expected, value);
  }

  boolean(field: string, value: unknown): boolean {
    return this.check(field, typeof value === 'boolean', 'a boolean', value);
  }

  optionalFunction(field: string, value: unknown): boolean {
    return this.check(field, value === undefined || typeof value === 'function', 'a function', value);
  }

  /** A port that is handed in: an object with these methods. */
  optionalPort(field: string, value: unknown, methods: readonly string[]): boolean {
    const has = (name: string) =>
      typeof value === 'object' &&
      value !== null &&
      typeof (value as Partial<Record<string, unknown>>)[name] === 'function';
    const ok = value === undefined || methods.every(has);
    return this.check(field, ok, `an object with the methods ${methods.join(', ')}`, value);
  }

  /** Returns the given fields of a group, without those that are undefined. Fields that nobody knows are a problem. */
  group<Group extends object>(group: keyof typeof KNOWN, value: Group | undefined): Partial<Group> {
    if (value === undefined) return {};
    const isGroup = typeof value === 'object' && (value as unknown) !== null && !Array.isArray(value);
    const expected = SWITCHES.includes(group) ? 'an object or false' : 'an object';
    if (!this.check(group || 'options', isGroup, expected, value)) return {};
    const known: readonly string[] = KNOWN[group];
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    for (const [name, field] of fields) {
      const path = group ? `${group}.${name}` : name;
      this.check(path, known.includes(name), `one of ${known.join(', ')}`, field);
    }
    return Object.fromEntries(fields) as Partial<Group>;
  }

  /** @throws InvalidOptionsError */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new InvalidOptionsError(this.#found);
  }
}
