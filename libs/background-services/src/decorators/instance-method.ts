import { InvalidWorkerError, show } from '../errors/index.js';
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
  const method: unknown = descriptor?.value;
  if (typeof property === 'string' && typeof method === 'function' && typeof target === 'object') {
    return { prototype: target, name: property, method: method as Method };
  }
  throw new InvalidWorkerError(
    `${decorator} on ${placeOf(target, property)}`,
    'it is not an instance method with a name',
    'Put it on a method that @nestjs/schedule could run, with legacy TypeScript decorators ("experimentalDecorators")',
  );
}

function placeOf(target: object | undefined, property: unknown): string {
  const owner: unknown = typeof target === 'function' ? target : target?.constructor;
  const name = typeof owner === 'function' ? owner.name : '(no class)';
  return `${name}.${typeof property === 'string' ? property : show(property)}`;
}
