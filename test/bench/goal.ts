/** One figure and the bound it is held to. */
export interface Goal {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** The figure may be at most this. */
  readonly bound: number;
}

export function printGoal({ name, figure, unit, bound }: Goal): 'met' | 'missed' {
  const verdict = figure <= bound ? 'met' : 'missed';
  console.log(`goal ${name}: ${figure.toFixed(2)} ${unit} (≤ ${bound} ${unit}) ${verdict}`);
  return verdict;
}
