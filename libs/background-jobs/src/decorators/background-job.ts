import { Injectable, SetMetadata } from '@nestjs/common';
import { InvalidJobError } from '../errors/index.js';
import type { JobOptions, ResolvedJobOptions } from './job-options.js';
import { resolveJobOptions } from './resolve-job-options.js';

const METADATA = 'nestjs-background-jobs:job';
const TYPE = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** What a class with `@BackgroundJob` is known by. */
export interface JobDeclaration {
  readonly type: string;
  readonly options: ResolvedJobOptions;
}

/** A class whose instances work off jobs: a `JobHandler` of any request and item. */
export type JobClass = abstract new (...args: never[]) => {
  items(request: never): unknown;
  process(item: never, job: never): Promise<unknown>;
};

/**
 * Makes a provider the worker of a job type: its `items()` are worked off by `process()`, on whichever replica, with their state in a ledger.
 * @param type lower-case letters, digits, dots, dashes and underscores; it stands in paths
 * @throws InvalidJobsOptionsError, InvalidJobError
 */
export function BackgroundJob(type: string, options?: JobOptions): (target: JobClass) => void {
  if (typeof type !== 'string' || !TYPE.test(type))
    throw new InvalidJobError(
      `@BackgroundJob(${JSON.stringify(type)})`,
      'a type is 1 to 100 lower-case letters, digits, dots, dashes and underscores',
    );
  const declaration: JobDeclaration = { type, options: resolveJobOptions(type, options) };
  return (target) => {
    const constructor = target as unknown as new (...args: never[]) => unknown;
    Injectable()(constructor);
    SetMetadata(METADATA, declaration)(constructor);
  };
}

/** Of a class of its own, not of one that it extends. */
export function declarationOf(target: unknown): JobDeclaration | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getOwnMetadata(METADATA, target) as JobDeclaration | undefined;
}
