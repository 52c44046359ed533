/**
 * Milliseconds of the machine's monotonic clock, with fractions. It never steps, and all processes of a machine read the same one, so that
 * what they write down can be put in order.
 */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
