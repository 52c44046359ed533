export interface CronZone {
  /** IANA name, or a name that Luxon knows: `local`, `system`, `UTC+3`, `utc-5:30`. @default the machine's zone */
  readonly timeZone?: string | undefined;
  /** Minutes; instead of `timeZone`. */
  readonly utcOffset?: number | undefined;
}

/** An IANA name, the zone of the machine, or a fixed offset in minutes. */
export type ResolvedZone = { readonly name: string | undefined } | { readonly offset: number };

/** `cron` writes an offset as hours of two digits and minutes. */
const LARGEST_OFFSET = 99 * 60 + 59;

const MACHINE = ['local', 'system', 'default'];
const OFFSET = /^(?:utc|gmt)$|^utc([+-])(\d{1,2})(?::(\d{2}))?$/;

/** Reads a zone as `cron` does, by Luxon's names for it. @throws RangeError for an offset that is none */
export function resolveZone({ timeZone, utcOffset }: CronZone): ResolvedZone {
  if (utcOffset !== undefined) {
    if (!Number.isInteger(utcOffset) || Math.abs(utcOffset) > LARGEST_OFFSET)
      throw new RangeError(`utcOffset must be a whole number of minutes, at most ${LARGEST_OFFSET}`);
    return { offset: utcOffset };
  }
  if (timeZone === undefined) return { name: undefined };
  const lowered = timeZone.toLowerCase();
  if (MACHINE.includes(lowered)) return { name: undefined };
  // Nobody would guess it, but that is what `cron` makes of an empty name.
  if (lowered === '') return { offset: 0 };
  const offset = OFFSET.exec(lowered);
  if (!offset) return { name: timeZone };
  const [, sign, hours = '0', minutes = '0'] = offset;
  return { offset: (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) };
}
