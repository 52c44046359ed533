const HOUR = 3_600_000;

/** The instants between two others at which the clocks of a zone are changed. */
export function clockChanges(timeZone: string, from: number, until: number): readonly number[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', hour: 'numeric' });
  const offset = (time: number) =>
    format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value;
  const changes: number[] = [];
  for (let day = from; day < until; day += 24 * HOUR) {
    const before = offset(day);
    let [low, high] = [day, day + 24 * HOUR];
    if (offset(high) === before) continue;
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}
