/**
 * What there is once in a process, however many copies of this package are in it: ES modules and CommonJS, two versions, a bundle and what
 * stands beside it. The copy that is loaded first makes it, the others find it.
 */
export function shared<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`nestjs-background-services:${name}`);
  const found = globalThis as { [key: symbol]: T | undefined };
  return (found[key] ??= make());
}
