import type { Span } from './rows.js';

/** How much one picture shows, ms. */
const WIDTH = 60_000;

/** How much of a long run is drawn from its beginning, pictures. */
const FROM_BEGINNING = 2;

/** How much is drawn around a violation, ms to each side, and how many violations are drawn at most. */
const AROUND = 10_000;
const VIOLATIONS = 10;

/** The parts of a run that are drawn: its beginning, and a closer look around each violation that is not close to another one. */
export function windowsOf(run: Span, violations: readonly { readonly at: number }[]): Span[] {
  const windows: Span[] = [];
  for (let i = 0; i < FROM_BEGINNING && run.from + i * WIDTH < run.to; i += 1) {
    const from = run.from + i * WIDTH;
    windows.push({ from, to: Math.min(from + WIDTH, Math.max(run.to, from + WIDTH / 2)) });
  }
  let last = -Infinity;
  let drawn = 0;
  for (const at of violations.map((violation) => violation.at).sort((a, b) => a - b)) {
    if (at < last + AROUND || drawn === VIOLATIONS) continue;
    last = at;
    drawn += 1;
    windows.push({ from: Math.max(run.from, at - AROUND), to: at + AROUND });
  }
  return windows;
}
