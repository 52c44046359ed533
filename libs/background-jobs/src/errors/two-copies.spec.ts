import { expect, it, jest } from '@jest/globals';
import * as first from './index.js';

type ErrorClass = abstract new (...args: never[]) => first.BackgroundJobsError;

function errorClasses(room: typeof first): readonly (readonly [string, ErrorClass])[] {
  const isClass = ([name, value]: readonly [string, unknown]) =>
    typeof value === 'function' && name.endsWith('Error') && value.prototype instanceof Error;
  return Object.entries(room).filter(isClass) as [string, ErrorClass][];
}

it('Two copies of the package know every error class of each other, whatever a bundler calls it', async () => {
  jest.resetModules();
  const twins = new Map(errorClasses(await import('./index.js')));
  expect(twins.size).toBeGreaterThan(20);
  for (const [name, type] of errorClasses(first)) {
    const twin = twins.get(name)!;
    expect(twin).not.toBe(type);
    Object.defineProperty(twin, 'name', { value: 'a' });
    const error: unknown = Object.create(twin.prototype as object);
    const found = errorClasses(first).filter(([, other]) => error instanceof other);
    expect(found.map(([, other]) => other)).toEqual(
      errorClasses(first).flatMap(([, other]) =>
        other === type || type.prototype instanceof other ? [other] : [],
      ),
    );
  }
});
