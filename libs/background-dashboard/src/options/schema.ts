import * as v from 'valibot';
import { type Clock, systemClock } from 'nestjs-background-services/store';
import {
  type CrossCheck,
  type FieldsOf,
  flag,
  group,
  ONE_KIND_OF_GUARD,
  port,
  routePath,
  SURFACE_FIELDS,
  whole,
} from 'nestjs-background-http-kit';
import type { BackgroundDashboardOptions } from './options.js';

/** Every option, what it has to be, and what it is if it is not given. */
export const OPTIONS = group({
  path: v.optional(routePath('ops/background'), 'background'),
  page: v.optional(flag, true),
  ...SURFACE_FIELDS,
  maxClients: v.optional(whole(0), 200),
  clock: v.optional(port<Clock>('monotonic', 'wall', 'setTimeout'), systemClock),
} satisfies FieldsOf<BackgroundDashboardOptions>);

/** What has to hold between options. */
export const CROSS_CHECKS: readonly CrossCheck<v.InferOutput<typeof OPTIONS>>[] = [ONE_KIND_OF_GUARD];
