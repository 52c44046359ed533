const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `850 ms`, `42 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
export function showDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < 2 * HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

/** `now`, `in 12 s`, `3 min ago`; to the second, so that it ticks evenly. */
export function showDistance(moment: number, now: number): string {
  const seconds = Math.round((moment - now) / SECOND);
  if (seconds === 0) return 'now';
  const distance = showDuration(Math.abs(seconds) * SECOND);
  return seconds > 0 ? `in ${distance}` : `${distance} ago`;
}

/** In the browser's zone and manner; with the day, unless that is today. */
export function showMoment(moment: number, today: Date = new Date()): string {
  const date = new Date(moment);
  const time = date.toLocaleTimeString();
  return date.toDateString() === today.toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** With day and zone, for those who compare it with a log: `Nov 30, 2026, 6:41:07 PM GMT+1`, in the browser's manner. */
export function showExactly(moment: number): string {
  return new Date(moment).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}

export function showCount(count: number): string {
  return count.toLocaleString();
}
