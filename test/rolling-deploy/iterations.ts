/** One iteration of a worker, as the host tells of it with `LOG_ITERATIONS=true`. Times are in milliseconds since the epoch. */
export interface Iteration {
  readonly worker: string;
  readonly key: string;
  readonly token: number;
  readonly scheduledAt: number;
  readonly startedAt: number;
  readonly duration: number;
  readonly replica: string;
}

/** The iteration that a line of the log tells of, if it tells of one. */
export function iterationOf(line: string): Iteration | undefined {
  const [, json] = /\[Iterations\] (\{.*\})/.exec(line) ?? [];
  if (json === undefined) return undefined;
  const told = JSON.parse(json) as Iteration & { scheduledAt: string; startedAt: string };
  return { ...told, scheduledAt: Date.parse(told.scheduledAt), startedAt: Date.parse(told.startedAt) };
}

/** When a worker runs: `every` is in milliseconds. */
export type Schedule =
  { readonly kind: 'interval'; readonly every: number } | { readonly kind: 'cron' | 'continuous' };

/** A worker's schedule from the words of /health/background. */
export function scheduleOf(words: string): Schedule {
  const [, every] = /^every (\d+) ms$/.exec(words) ?? [];
  if (every !== undefined) return { kind: 'interval', every: Number(every) };
  return { kind: words.startsWith('continuous') ? 'continuous' : 'cron' };
}

/** A time without a run of a worker, in milliseconds, and the iterations around it. */
export interface Gap {
  readonly length: number;
  readonly before?: Iteration;
  readonly after: Iteration;
}

/**
 * How long a worker was not run, each time: for an interval from start to start, for a continuous worker from end to start, for a cron worker
 * from its slot to the start. An iteration that still runs when the next one is due makes its own leader skip a tick: that is no gap.
 */
export function gapsOf(iterations: readonly Iteration[], schedule: Schedule): readonly Gap[] {
  if (schedule.kind === 'cron')
    return iterations
      .filter(({ scheduledAt }) => isSlot(scheduledAt))
      .map((after) => ({ length: after.startedAt - after.scheduledAt, after }));
  return pairs(inOrder(iterations))
    .filter(([before, after]) => !isOverrun(before, after, schedule))
    .map(([before, after]) => ({
      length: after.startedAt - (schedule.kind === 'interval' ? before.startedAt : endOf(before)),
      before,
      after,
    }));
}

/** Iterations of an interval that made their own leader skip a tick: what `gapsOf` leaves out. */
export function overrunsOf(iterations: readonly Iteration[], schedule: Schedule): readonly Iteration[] {
  return pairs(inOrder(iterations)).flatMap(([before, after]) =>
    isOverrun(before, after, schedule) ? [before] : [],
  );
}

function isOverrun(before: Iteration, after: Iteration, schedule: Schedule): boolean {
  return (
    schedule.kind === 'interval' &&
    before.token === after.token &&
    endOf(before) >= before.scheduledAt + schedule.every
  );
}

/** For example `1508 ms until A2 ran prices at 2026-01-01T00:00:01.508Z, after B1, which had taken 20 ms`. */
export function describeGap({ length, before, after }: Gap): string {
  const at = new Date(after.startedAt).toISOString();
  const last = before && `, after ${before.replica}, which had taken ${Math.round(before.duration)} ms`;
  return `${length} ms until ${after.replica} ran ${after.worker} at ${at}${last ?? ''}`;
}

/**
 * Iterations that should not have been: one that began while another of its worker was running, ran a cron slot once more, or began at a new
 * leader before the interval since the old leader's last start was over.
 *
 * @param tolerance milliseconds by which clocks, timers and rounding may be off
 */
export function duplicatesOf(
  iterations: readonly Iteration[],
  schedule: Schedule,
  tolerance: number,
): readonly Iteration[] {
  const slots = new Set<number>();
  const repeated = inOrder(iterations).filter(({ scheduledAt }) => {
    const isRepeated = schedule.kind === 'cron' && isSlot(scheduledAt) && slots.has(scheduledAt);
    slots.add(scheduledAt);
    return isRepeated;
  });
  const tooEarly = pairs(inOrder(iterations))
    .filter(([before, after]) => {
      // Both are rounded to whole milliseconds.
      if (after.startedAt + 1 < endOf(before)) return true;
      const isHandOver = after.token !== before.token;
      return (
        schedule.kind === 'interval' &&
        isHandOver &&
        after.startedAt - before.startedAt < schedule.every - tolerance
      );
    })
    .map(([, after]) => after);
  return [...new Set([...repeated, ...tooEarly])];
}

/** Slots are whole seconds; an iteration that somebody asked for is due at the instant at which they asked. */
function isSlot(scheduledAt: number): boolean {
  return scheduledAt % 1_000 === 0;
}

function inOrder(iterations: readonly Iteration[]): readonly Iteration[] {
  return [...iterations].sort((a, b) => a.startedAt - b.startedAt);
}

function endOf({ startedAt, duration }: Iteration): number {
  return startedAt + duration;
}

function pairs<T>(values: readonly T[]): readonly (readonly [T, T])[] {
  return values.slice(1).map((value, i) => [values[i]!, value] as const);
}
