import { check, guardsOf } from 'nestjs-background-http-kit';
import { InvalidDashboardOptionsError } from '../errors.js';
import type { BackgroundDashboardOptions, ResolvedOptions } from './options.js';
import { CROSS_CHECKS, OPTIONS } from './schema.js';

/**
 * Checks the options and fills in the defaults.
 * @throws InvalidDashboardOptionsError that lists every wrong field
 */
export function resolveOptions(options: BackgroundDashboardOptions): ResolvedOptions {
  const checked = check(OPTIONS, options);
  const { path, page, identify, maxClients, clock, ...surface } = checked.value;
  checked.compare(CROSS_CHECKS, checked.value);
  if (checked.problems.length > 0) throw new InvalidDashboardOptionsError(checked.problems);
  return {
    path,
    guards: guardsOf(surface),
    page,
    identify: identify as ResolvedOptions['identify'],
    maxClients,
    clock,
  };
}
