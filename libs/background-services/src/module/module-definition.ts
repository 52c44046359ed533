import type { Provider, Type } from '@nestjs/common';
import * as v from 'valibot';
import { InvalidOptionsError } from '../errors/index.js';
import type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
} from '../options/options.js';
import { resolveOptions, type ResolvedOptions } from '../options/resolve-options.js';
import { callback, check, type Checked, type FieldsOf, group, port, value } from '../schema/index.js';

/** The resolved options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-background-services:options');

/** Providers of the resolved options, whichever way they are given. */
export function optionsProviders(options: BackgroundServicesOptions | undefined): Provider[] {
  return [{ provide: RESOLVED_OPTIONS, useFactory: (): ResolvedOptions => resolveOptions(options) }];
}

/** A list of what Nest knows. */
const list = <T>() => value<T>('an array', Array.isArray);

const ASYNC_OPTIONS = group({
  imports: v.optional(list<NonNullable<BackgroundServicesAsyncOptions['imports']>>()),
  inject: v.optional(list<NonNullable<BackgroundServicesAsyncOptions['inject']>>()),
  useFactory: v.optional(callback<NonNullable<BackgroundServicesAsyncOptions['useFactory']>>()),
  useClass: v.optional(callback<Type<BackgroundServicesOptionsFactory>>('a class')),
  useExisting: v.optional(callback<Type<BackgroundServicesOptionsFactory>>('a class')),
} satisfies FieldsOf<BackgroundServicesAsyncOptions>);

/** The options' own names are those of `forRoot`: problems of these ones are told under the method's name. */
const FOR_ROOT_ASYNC = group({ forRootAsync: ASYNC_OPTIONS });

const FACTORY = group({
  forRootAsync: port<BackgroundServicesOptionsFactory>('createBackgroundServicesOptions'),
});

/**
 * A copy of what `forRootAsync` was given.
 * @throws InvalidOptionsError if it is something that Nest would fail over, or take for nothing
 */
export function readAsyncOptions(options: BackgroundServicesAsyncOptions): BackgroundServicesAsyncOptions {
  return right(check(FOR_ROOT_ASYNC, { forRootAsync: options })).forRootAsync;
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
    right(check(FACTORY, { forRootAsync: factory }));
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

/** @throws InvalidOptionsError */
function right<Options>({ value: options, problems }: Checked<Options>): Options {
  if (problems.length > 0) throw new InvalidOptionsError(problems);
  return options;
}
