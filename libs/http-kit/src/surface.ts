import type { CanActivate, Type } from '@nestjs/common';
import type { ProblemKinds } from './problem.js';

/** A guard. For a class, the app's own instance is used, wherever it is provided; if no module provides it, one is created. */
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
  /** How its own errors are answered, by their codes. */
  readonly problems: ProblemKinds;
}

/**
 * Where a module that mounts routes provides its `HttpSurface`. Each package is bundled with a symbol of its own: no package finds
 * another's surface.
 */
export const HTTP_SURFACE = Symbol('nestjs-background-http-kit:surface');
