/** A rule that was broken. */
export interface Violation {
  readonly rule: string;
  /** On the machine's clock. */
  readonly at: number;
  readonly what: string;
}

export function violation(rule: string, at: number, what: string): Violation {
  return { rule, at, what };
}

/** For example `12.3 ms`. */
export function ms(duration: number): string {
  return `${duration.toFixed(1)} ms`;
}
