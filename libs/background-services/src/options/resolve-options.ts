import { randomBytes } from 'node:crypto';
import { InvalidOptionsError } from '../errors/index.js';
import type { HealthOptions } from '../health/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import { check, type Checked } from '../schema/index.js';
import { CROSS_CHECKS } from './cross-checks.js';
import type { BackgroundServicesOptions } from './options.js';
import { type CheckedOptions, DEFAULT_JITTER, DEFAULT_TTL, HEALTH, OPTIONS } from './schema.js';

/** What decides where `enabled` is not given. */
const ENABLED_VARIABLE = 'BACKGROUND_SERVICES_ENABLED';

/** The options with every default filled in. */
export interface ResolvedOptions extends Readonly<
  Omit<CheckedOptions, 'lease' | 'stallLimit' | 'health' | 'enabled'>
> {
  readonly lease: LeaseTiming;
  readonly stallLimit: number;
  readonly health: HealthOptions;
  readonly enabled: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills in the defaults and checks everything, for both forms of registration.
 * @param environment where `enabled` comes from if the options do not have it
 * @throws InvalidOptionsError with every wrong field
 */
export function resolveOptions(
  options: BackgroundServicesOptions = {},
  environment: Environment = process.env,
): ResolvedOptions {
  const checked = check(OPTIONS, options);
  const given = checked.value;
  const lease = timing(checked.isRight('lease') ? given.lease : { ttl: DEFAULT_TTL, jitter: DEFAULT_JITTER });
  checked.compare(CROSS_CHECKS, { ...given, lease });
  const enabled = given.enabled ?? enabledBy(environment, checked);
  if (checked.problems.length > 0) throw new InvalidOptionsError(checked.problems);
  return {
    ...given,
    instanceId: `${given.instanceId}-${randomBytes(4).toString('hex')}`,
    lease,
    stallLimit: given.stallLimit ?? 5 * lease.ttl,
    health: given.health || { ...check(HEALTH, {}).value, controller: false },
    enabled,
  };
}

function timing({ ttl, jitter, ...given }: CheckedOptions['lease']): LeaseTiming {
  return {
    ttl,
    renewInterval: given.renewInterval ?? ttl / 3,
    renewDeadline: given.renewDeadline ?? (ttl * 2) / 3,
    retryInterval: given.retryInterval ?? ttl / 3,
    jitter,
  };
}

/** Commands and consoles of an app boot all of it, and must not become leaders. */
function enabledBy(environment: Environment, checked: Checked<unknown>): boolean {
  const given = environment[ENABLED_VARIABLE]?.trim().toLowerCase() ?? '';
  const isOff = ['false', '0', 'no', 'off'].includes(given);
  const isOn = ['', 'true', '1', 'yes', 'on'].includes(given);
  if (!isOff && !isOn) checked.add(`environment variable ${ENABLED_VARIABLE}`, 'true or false', given);
  return !isOff;
}
