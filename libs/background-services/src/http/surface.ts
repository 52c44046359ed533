import type { CanActivate, Type } from '@nestjs/common';
import type { ProblemKinds } from './problem.js';

/** Of a class the app's own instance is used, wherever it is provided; if it is nowhere, one is made. */
export type HttpGuard = Type<CanActivate> | CanActivate;

/** Who may look, and who may act. */
export interface HttpGuards {
  /** Lets through whoever may see what there is. */
  readonly read: HttpGuard;
  /** Lets through whoever may change it; `read` is asked first. @default none: nobody may, and those paths answer 404 */
  readonly act?: HttpGuard;
}

/** What a package says of the routes that it mounts. */
export interface HttpSurface {
  /** The context of its log lines. */
  readonly name: string;
  /** `undefined`: nothing is mounted. */
  readonly guards: HttpGuards | undefined;
  /** The errors of its own, by their codes. */
  readonly problems: ProblemKinds;
}

/** Where a module that mounts routes provides its `HttpSurface`. */
export const HTTP_SURFACE = Symbol('nestjs-background-services:http-surface');

/** What `isGuard` expects, for an error that says so. */
export const GUARD = 'a guard, as a class or an instance';

export function isGuard(value: unknown): value is HttpGuard {
  const holder: unknown = typeof value === 'function' ? value.prototype : value;
  const { canActivate } = Object(holder) as Partial<Record<keyof CanActivate, unknown>>;
  return typeof canActivate === 'function';
}
