/** One figure and the bound it is held to. */
export interface Goal {
  readonly name: string;
  readonly figure: number;
  /** Of figure and bound. @default none: a plain count or ratio */
  readonly unit?: string;
  /** The figure may be at most this … */
  readonly atMost?: number;
  /** … or must be at least this. */
  readonly atLeast?: number;
}

export type Verdict = 'met' | 'missed';

export function judge({ figure, atMost = Infinity, atLeast = -Infinity }: Goal): Verdict {
  return figure <= atMost && figure >= atLeast ? 'met' : 'missed';
}

/** For example `goal overhead per iteration: 2.61 µs (≤ 5 µs) met`. */
export function describeGoal(goal: Goal): string {
  return `goal ${goal.name}: ${figureOf(goal)} (${boundsOf(goal)}) ${judge(goal)}`;
}

/** The figure with its unit: `2.61 µs`. */
export function figureOf({ figure, unit }: Goal): string {
  return withUnit(rounded(figure), unit);
}

/** The bounds with their unit: `≤ 5 µs`. */
export function boundsOf({ atMost, atLeast, unit }: Goal): string {
  const bounds = [
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
  ];
  return bounds.map((bound) => withUnit(bound, unit)).join(', ');
}

/** Prints one line a goal. Returns the exit code of the program: 1 if one was missed. */
export function reportGoals(goals: readonly Goal[]): 0 | 1 {
  for (const goal of goals) console.log(describeGoal(goal));
  return goals.some((goal) => judge(goal) === 'missed') ? 1 : 0;
}

function rounded(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toFixed(Math.abs(figure) < 0.1 ? 4 : 2);
}

function withUnit(value: string, unit: string | undefined): string {
  return unit ? `${value} ${unit}` : value;
}
