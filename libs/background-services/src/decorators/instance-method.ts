import { cut, InvalidWorkerError, show } from '../errors/index.js';
import { readable } from '../discovery/readable.js';
import type { Method } from '../discovery/methods.js';

/** A method as a legacy TypeScript decorator sees it. */
export interface InstanceMethod {
  readonly prototype: object;
  readonly name: string;
  readonly method: Method;
}

/** @throws InvalidWorkerError that names the place, if a decorator was put on anything but an instance method with a name */
export function instanceMethod(
  decorator: string,
  target: object | undefined,
  property: unknown,
  descriptor: PropertyDescriptor | undefined,
): InstanceMethod {
  if (typeof property === 'string' && typeof target === 'object') {
    const method: unknown = readable(property, () => descriptor?.value as unknown);
    if (typeof method === 'function') return { prototype: target, name: property, method: method as Method };
  }
  throw new InvalidWorkerError(
    `${decorator} on ${placeOf(target, property)}`,
    'it is not an instance method with a name',
    'Put it on a method that @nestjs/schedule could run, with legacy TypeScript decorators ("experimentalDecorators")',
  );
}

/**
 * Where the parentheses are missing, a decorator is handed the class, or the prototype and the name of the method, in place of its arguments.
 * @throws InvalidWorkerError
 */
export function assertCalled(decorator: string, call: string, first: unknown, second: unknown): void {
  const isOnClass = typeof first === 'function';
  const isOnMember =
    typeof first === 'object' && first !== null && ['string', 'symbol'].includes(typeof second);
  if (!isOnClass && !isOnMember) return;
  const place = isOnClass ? placeOfClass(first) : placeOf(first, second);
  throw new InvalidWorkerError(place, `${decorator} is used without a call`, `Write ${call}`);
}

function placeOfClass(target: object): string {
  const { name } = target as { readonly name: unknown };
  return typeof name === 'string' && name !== '' ? cut(name, 200) : '(a class without a name)';
}

function placeOf(target: object | undefined, property: unknown): string {
  const member = cut(typeof property === 'string' ? property : show(property), 200);
  try {
    const owner: unknown = typeof target === 'function' ? target : target?.constructor;
    const name: unknown = typeof owner === 'function' ? owner.name : undefined;
    return `${typeof name === 'string' ? cut(name, 200) : '(no class)'}.${member}`;
  } catch {
    return `(no class).${member}`;
  }
}
