import type { Provider } from '@nestjs/common';
import { InvalidOptionsError } from './errors/index.js';
import { OptionProblems } from './option-problems.js';
import type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
  ResolvedOptions,
} from './options.js';
import { resolveOptions } from './resolve-options.js';

/** The resolved options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-background-services:options');

/** Providers of the resolved options, whichever way they are given. */
export function optionsProviders(options: BackgroundServicesOptions | undefined): Provider[] {
  return [{ provide: RESOLVED_OPTIONS, useFactory: (): ResolvedOptions => resolveOptions(options) }];
}

/**
 * A copy of what `forRootAsync` was given.
 * @throws InvalidOptionsError if it is something that Nest would fail over, or take for nothing
 */
export function readAsyncOptions(options: BackgroundServicesAsyncOptions): BackgroundServicesAsyncOptions {
  const problems = new OptionProblems();
  const own = problems.group('forRootAsync', options);
  for (const name of ['useFactory', 'useClass', 'useExisting'] as const) {
    const expected = name === 'useFactory' ? 'a function' : 'a class';
    problems.check(
      `forRootAsync.${name}`,
      ['undefined', 'function'].includes(typeof own[name]),
      expected,
      own[name],
    );
  }
  for (const name of ['imports', 'inject'] as const) {
    const isList = () => own[name] === undefined || Array.isArray(own[name]);
    problems.check(`forRootAsync.${name}`, isList, 'an array', own[name]);
  }
  problems.check('forRootAsync', options !== (undefined as unknown), 'an object', options);
  problems.throwIfAny();
  return own;
}

/** @throws InvalidOptionsError unless exactly one of the three ways is chosen */
export function asyncOptionsProviders(options: BackgroundServicesAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [] } = options;
  const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    const expected = 'exactly one of useFactory, useClass and useExisting';
    throw new InvalidOptionsError([{ field: 'forRootAsync', expected, received: `${ways.length} of them` }]);
  }
  if (useFactory) {
    const factory = useFactory as (
      ...args: unknown[]
    ) => BackgroundServicesOptions | Promise<BackgroundServicesOptions>;
    return [
      {
        provide: RESOLVED_OPTIONS,
        useFactory: async (...args: unknown[]) => resolveReturned(await factory(...args)),
        inject,
      },
    ];
  }
  const source = (useClass ?? useExisting) as NonNullable<typeof useClass>;
  const resolve = async (factory: BackgroundServicesOptionsFactory) => {
    const problems = new OptionProblems();
    problems.optionalPort('forRootAsync', factory, ['createBackgroundServicesOptions']);
    problems.throwIfAny();
    return resolveReturned(await factory.createBackgroundServicesOptions());
  };
  return [
    ...(useClass ? [useClass] : []),
    { provide: RESOLVED_OPTIONS, useFactory: resolve, inject: [source] },
  ];
}

/** A factory that forgets to return its options must not end up with leases in memory, and every job on every replica. */
function resolveReturned(options: BackgroundServicesOptions | undefined): ResolvedOptions {
  if (options !== undefined) return resolveOptions(options);
  const expected = 'the factory to return an object ({} for the defaults)';
  throw new InvalidOptionsError([{ field: 'forRootAsync', expected, received: options }]);
}
