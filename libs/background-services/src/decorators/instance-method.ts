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
