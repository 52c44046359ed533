import { InvalidOptionsError, type OptionProblem, withoutPassword } from './errors/index.js';
import { LONGEST_DURATION } from './lease/index.js';

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
    'fleet',
    'logs',
    'instrumentation',
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
  fleet: ['version'],
  forRootAsync: ['imports', 'inject', 'useFactory', 'useClass', 'useExisting'],
} as const;

/** A field that nobody knows is often one of the Redis connection, written a level too high. */
const SECRET = /pass|secret|token|auth|credential/i;

interface NumberRule {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}

/** Collects what is wrong with the options, so that it can be said at once. */
export class OptionProblems {
  readonly #found: OptionProblem[] = [];

  /** @param ok looks at what was handed in, which may throw when it is looked at: then it is not ok. */
  check(field: string, ok: boolean | (() => boolean), expected: string, received: unknown): boolean {
    const isOk = typeof ok === 'function' ? holds(ok) : ok;
    if (!isOk) {
      // Whoever prints the error prints its fields too.
      const shown = typeof received === 'string' ? withoutPassword(received) : received;
      this.#found.push({ field, expected, received: shown });
    }
    return isOk;
  }

  /** A duration, a share, or where it must be whole a count. */
  number(field: string, value: unknown, { min, max = Infinity, whole = false }: NumberRule): boolean {
    if (!whole && typeof value === 'number' && value > LONGEST_DURATION && value < Infinity)
      return this.check(field, false, `a number of at most ${Math.min(max, LONGEST_DURATION)}`, value);
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
    return this.check(
      field,
      () => value === undefined || methods.every(has),
      `an object with the methods ${methods.join(', ')}`,
      value,
    );
  }

  /**
   * Returns the given fields of a group, each read once, without those that are undefined. Fields that nobody knows are a problem.
   * The fields of a class may be accessors on its prototype; left out, they would become defaults without a word.
   */
  group<Group extends object>(group: keyof typeof KNOWN, value: Group | undefined): Partial<Group> {
    if (value === undefined) return {};
    const expected = SWITCHES.includes(group) ? 'an object or false' : 'an object';
    const isGroup = () => typeof value === 'object' && (value as unknown) !== null && !Array.isArray(value);
    if (!this.check(group || 'options', isGroup, expected, value)) return {};
    const known: readonly string[] = KNOWN[group];
    const pathOf = (name: string) => (group ? `${group}.${name}` : name);
    const names = new Set(known);
    const list = () => {
      for (const name of Object.keys(value)) names.add(name);
      return true;
    };
    this.check(group || 'options', list, 'an object whose fields can be listed', value);
    const fields = [...names].flatMap((name): [string, unknown][] => {
      try {
        const field = (value as Partial<Record<string, unknown>>)[name];
        return field === undefined ? [] : [[name, field]];
      } catch (error) {
        this.check(pathOf(name), false, 'a field that can be read', error);
        return [];
      }
    });
    for (const [name, field] of fields) {
      const received = SECRET.test(name) ? '***' : field;
      this.check(pathOf(name), known.includes(name), `one of ${known.join(', ')}`, received);
    }
    return Object.fromEntries(fields) as Partial<Group>;
  }

  /** @throws InvalidOptionsError */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new InvalidOptionsError(this.#found);
  }
}

function holds(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}
