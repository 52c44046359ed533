import type { ScheduleSpec } from './worker-definition.js';

/** How `register()` and `BackgroundService` are told when to run. Milliseconds throughout. */
export type ScheduleConfig =
  /** Fixed rate, never overlapping. */
  | { readonly every: number }
  /** The slots of a cron pattern, or one Date; each at most once across the fleet. */
  | {
      readonly cron: string | Date;
      /** IANA name. @default the machine's zone */
      readonly timeZone?: string;
      /** Minutes; instead of `timeZone`. */
      readonly utcOffset?: number;
      readonly initialDelay?: number;
      readonly disabled?: boolean;
    }
  /** Once a term, this long after its beginning. */
  | { readonly after: number }
  /** For as long as this replica leads. */
  | { readonly continuous: true; readonly minBackoff?: number; readonly maxBackoff?: number };

/** @default of `@Continuous` and `{ continuous: true }`, ms */
export const CONTINUOUS_DEFAULTS = { minBackoff: 1_000, maxBackoff: 30_000 } as const;

export function toScheduleSpec(config: ScheduleConfig): ScheduleSpec {
  if ('every' in config) return { kind: 'interval', every: config.every };
  if ('after' in config) return { kind: 'timeout', delay: config.after };
  if ('cron' in config) {
    const { cron, ...rest } = config;
    return { kind: 'cron', pattern: cron, ...rest };
  }
  const { minBackoff = CONTINUOUS_DEFAULTS.minBackoff, maxBackoff = CONTINUOUS_DEFAULTS.maxBackoff } = config;
  return { kind: 'continuous', minBackoff, maxBackoff };
}

/** For status and logs: `every 1000 ms`, `0 4 * * * (America/New_York)`. */
export function describeSchedule(spec: ScheduleSpec): string {
  switch (spec.kind) {
    case 'interval':
      return `every ${spec.every} ms`;
    case 'cron': {
      const pattern = spec.pattern instanceof Date ? spec.pattern.toISOString() : spec.pattern;
      const zone =
        spec.timeZone ?? (spec.utcOffset === undefined ? undefined : `UTC offset ${spec.utcOffset} min`);
      return zone ? `${pattern} (${zone})` : pattern;
    }
    case 'timeout':
      return `once a term, after ${spec.delay} ms`;
    case 'continuous':
      return 'continuous';
  }
}
