export type Method = (...args: never[]) => unknown;

/** A method and the prototype it stands on. */
export interface OwnedMethod {
  readonly method: Method;
  readonly owner: object;
}

/** All methods of an object's prototype chain by name, overridden ones left out. Getters are not touched. */
export function methodsOf(prototype: object): ReadonlyMap<string, OwnedMethod> {
  const methods = new Map<string, OwnedMethod>();
  const seen = new Set(['constructor']);
  for (let owner: object | null = prototype; owner !== null; owner = parentOf(owner)) {
    if (owner === Object.prototype) break;
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const method = ownMethod(owner, name);
      if (method) methods.set(name, { method, owner });
    }
  }
  return methods;
}

/** A method that stands on this very object. */
export function ownMethod(owner: object, name: string): Method | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
  return typeof value === 'function' ? (value as Method) : undefined;
}

function parentOf(level: object): object | null {
  return Object.getPrototypeOf(level) as object | null;
}
