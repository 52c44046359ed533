const ZONE = 'America/New_York';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const dayFormat = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const offsetFormat = new Intl.DateTimeFormat('en-US', { timeZone: ZONE, timeZoneName: 'longOffset' });

/** A calendar day in New York, as `YYYY-MM-DD`: it sorts as text. */
export type Day = string;

export function dayOf(at: Date | number): Day {
  return dayFormat.format(at);
}

export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekday(day: Day): number {
  return new Date(day).getUTCDay();
}

/**
 * The instant at which a clock on a wall in New York shows that minute of that day. Clocks there change at 2:00 in
 * the morning: the hours that no or two instants show are none of a market's.
 */
export function instantOf(day: Day, minuteOfDay: number): Date {
  const asIfUtc = Date.parse(day) + minuteOfDay * MINUTE;
  // The offset of a first guess may be from the other side of a clock change; that of the second is right.
  const guess = asIfUtc - offsetAt(asIfUtc);
  return new Date(asIfUtc - offsetAt(guess));
}

/** What New York is ahead of UTC (a negative number), in milliseconds. */
function offsetAt(at: number): number {
  const name = offsetFormat.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
}
