type Class = abstract new (...args: never[]) => object;

/**
 * For `static [Symbol.hasInstance]` of a class whose instances are handed around: one that another copy of this package made counts as well.
 * @param brand a `Symbol.for` that the prototype of the class bears. Classes of an app that extend it are what they always were.
 */
export function bearsBrand(type: Class, brand: symbol, value: unknown): boolean {
  if (!Object.hasOwn(type.prototype as object, brand)) return isPlainInstance(type, value);
  return prototypesOf(value).some((prototype) => Object.hasOwn(prototype, brand));
}

/**
 * The same for a family of classes, errors say: each bears the brand with a name of its own, which another copy knows it by. It is not the
 * `name` of the class, which an app can use again, and which a bundler changes.
 * @param brand what `nameFamily` gave the classes
 */
export function isOfFamily(type: Class, brand: symbol, value: unknown): boolean {
  const name = nameIn(type.prototype as object, brand);
  if (name === undefined) return isPlainInstance(type, value);
  return prototypesOf(value).some((prototype) => nameIn(prototype, brand) === name);
}

/** Gives each class its name in the family: its key here, which no bundler changes. */
export function nameFamily(brand: symbol, classes: Readonly<Record<string, Class>>): void {
  for (const [name, type] of Object.entries(classes))
    Object.defineProperty(type.prototype, brand, { value: name });
}

function nameIn(prototype: object, brand: symbol): unknown {
  return Object.getOwnPropertyDescriptor(prototype, brand)?.value;
}

function isPlainInstance(type: Class, value: unknown): boolean {
  return Function.prototype[Symbol.hasInstance].call(type, value);
}

/** As `instanceof` walks: nothing is asked of the value itself, which may be a proxy. */
function prototypesOf(value: unknown): readonly object[] {
  const found: object[] = [];
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return found;
  for (
    let next = Object.getPrototypeOf(value) as object | null;
    next !== null;
    next = Object.getPrototypeOf(next) as object | null
  )
    found.push(next);
  return found;
}
