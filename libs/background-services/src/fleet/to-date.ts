/** A time as the view has it. @param time ms since the epoch */
export function toDate(time: number | null | undefined): Date | null {
  return time === null || time === undefined ? null : new Date(time);
}
