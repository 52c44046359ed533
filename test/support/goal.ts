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
  const unit = goal.unit ? ` ${goal.unit}` : '';
  const bounds = [
    ...(goal.atMost === undefined ? [] : [`≤ ${goal.atMost}${unit}`]),
    ...(goal.atLeast === undefined ? [] : [`≥ ${goal.atLeast}${unit}`]),
  ];
  return `goal ${goal.name}: ${rounded(goal.figure)}${unit} (${bounds.join(', ')}) ${judge(goal)}`;
}

/** Prints one line a goal. Returns the exit code of the program: 1 if one was missed. */
export function reportGoals(goals: readonly Goal[]): 0 | 1 {
  for (const goal of goals) console.log(describeGoal(goal));
  return goals.some((goal) => judge(goal) === 'missed') ? 1 : 0;
}

function rounded(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toFixed(Math.abs(figure) < 0.1 ? 4 : 2);
}
