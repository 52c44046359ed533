import type { CanActivate } from '@nestjs/common';
import * as v from 'valibot';
import {
  callback,
  type CrossCheck,
  type FieldsOf,
  group,
  value,
} from '../../background-services/src/schema/index.js';
import { readPath } from './mount.js';
import type { HttpGuard, HttpGuards } from './surface.js';

/** Options of a package that mounts routes. */
export interface SurfaceOptions {
  readonly guard?: HttpGuard;
  readonly guards?: HttpGuards;
  readonly identify?: (request: never) => string | undefined | Promise<string | undefined>;
}

const guard = value<HttpGuard>('a guard, as a class or an instance', isGuard);

/** The part of a schema that says who may look and act, and who is asking. */
export const SURFACE_FIELDS = {
  guard: v.optional(guard),
  guards: v.optional(group({ read: guard, act: v.optional(guard) } satisfies FieldsOf<HttpGuards>)),
  identify: v.optional(callback<NonNullable<SurfaceOptions['identify']>>()),
} satisfies FieldsOf<SurfaceOptions>;

/** What has to hold between these options. */
export const ONE_KIND_OF_GUARD = {
  field: 'guard',
  holds: (options: SurfaceOptions) => options.guard === undefined || options.guards === undefined,
  expected: 'either guard or guards, not both',
} satisfies CrossCheck<SurfaceOptions>;

/** A path below the app's. Parsed, it has no slashes around it. */
export function routePath(example: string) {
  return v.pipe(
    value<string>(`a path such as "${example}"`, (path) => readPath(path) !== undefined),
    v.transform((path) => readPath(path) ?? ''),
  );
}

/** The guards that the options name. Without any, nothing is open. */
export function guardsOf({ guard: one, guards }: SurfaceOptions): HttpGuards | undefined {
  return one ? { read: one, act: one } : guards;
}

function isGuard(given: unknown): boolean {
  const holder: unknown = typeof given === 'function' ? given.prototype : given;
  const { canActivate } = Object(holder) as Partial<Record<keyof CanActivate, unknown>>;
  return typeof canActivate === 'function';
}
