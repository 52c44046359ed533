import fc from 'fast-check';

const HUGE = 'x'.repeat(1_000_000);

function refuse(): never {
  throw new TypeError('Do not look at me');
}

/** Every operation on it throws. */
function untouchable(): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, refuse]);
  return new Proxy({}, Object.fromEntries(traps) as ProxyHandler<object>);
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

/** Made inside the test: fast-check looks at what it hands over. */
export type Make<T = unknown> = () => T;

const makers: readonly Make[] = [
  untouchable,
  revoked,
  cyclic,
  () => Object.create(Date.prototype) as unknown,
  () => ({ toString: refuse, then: refuse, toJSDate: refuse }),
  () => Object.defineProperty({}, 'constructor', { get: refuse }),
  () =>
    class {
      static readonly name = HUGE;
    },
  () => Object.freeze([{ host: 'x' }]),
];

const values: readonly unknown[] = [
  ...[NaN, -0, Infinity, -Infinity, 5e-324, 0.5, 1e300, 2 ** 53, 10n ** 40n, Symbol(HUGE)],
  ...[undefined, null, '', ' ', '\0', '\ud800', '__proto__', HUGE],
];

/** Values of every kind, among them such as are huge, and such as throw when they are looked at. */
export const hostile: fc.Arbitrary<Make> = fc.oneof(
  fc.constantFrom(...values.map((value) => () => value)),
  fc.constantFrom(...makers),
  fc
    .anything({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withBoxedValues: true,
      maxDepth: 2,
    })
    .map((value) => () => value),
);

/** Objects with some of these fields, each with any value or one that throws when it is read. */
export function hostileRecord(names: readonly string[]): fc.Arbitrary<Make<object>> {
  const field = fc.tuple(
    fc.constantFrom(...names),
    hostile,
    fc.constantFrom('value', 'accessor', 'inherited'),
  );
  return fc.array(field, { maxLength: 6 }).map((fields) => () => {
    const prototype = {};
    const own = Object.create(prototype) as object;
    for (const [name, make, how] of fields) {
      const descriptor: PropertyDescriptor =
        how === 'accessor' ? { get: refuse } : { value: make(), writable: true };
      const target = how === 'inherited' ? prototype : own;
      Object.defineProperty(target, name, { ...descriptor, enumerable: true, configurable: true });
    }
    return own;
  });
}
