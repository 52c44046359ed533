import { InvalidOptionsError } from 'nestjs-background-services';

/** The longest delay of a timer of the platform, ms. It takes a longer one for 1 ms. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * ioredis takes any value, and then each command times out at once or never.
 * @param ttl of the leases, ms, as far as it is known
 * @throws InvalidOptionsError
 */
export function checkCommandTimeout(commandTimeout: unknown, ttl?: number): void {
  const most = ttl ?? LONGEST_DELAY;
  if (typeof commandTimeout === 'number' && commandTimeout > 0 && commandTimeout <= most) return;
  const named = ttl === undefined ? `${most}` : `lease.ttl (${most})`;
  const expected = `a positive number of ms, and ${named} at most`;
  throw new InvalidOptionsError([{ field: 'commandTimeout', expected, received: commandTimeout }]);
}
