import { bar, line, svg, text } from './svg.js';
import { show } from './table.js';

/** Horizontal bars on a logarithmic scale, for figures that are orders of magnitude apart. */
export interface LogBars {
  readonly kind: 'log-bars';
  readonly file: string;
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly ours: boolean }[];
}

const WIDTH = 860;
const LABELS = 270;
const VALUES = 70;
const ROW = 30;
const TOP = 48;

export function logBars({ title, bars }: LogBars): string {
  const values = bars.map(({ value }) => value).filter((value) => value > 0);
  // At least one power of ten, and room below the smallest bar, so that it can be seen.
  const low = Math.floor(Math.log10(Math.min(...values, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1))));
  const scale = (WIDTH - LABELS - VALUES) / (high - low);
  const length = (value: number) => (value > 0 ? Math.max(1, (Math.log10(value) - low) * scale) : 0);
  const bottom = TOP + bars.length * ROW;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return svg(WIDTH, bottom + 30, title, [
    text(16, 26, title, { className: 'title' }),
    ...ticks.flatMap((power) => {
      const x = LABELS + (power - low) * scale;
      const label = text(x, bottom + 18, show(10 ** power), { anchor: 'middle', className: 'axis' });
      return [line(x, TOP - 4, x, bottom + 4), label];
    }),
    ...bars.flatMap(({ label, value, ours }, i) => {
      const y = TOP + i * ROW;
      return [
        text(LABELS - 8, y + 18, label, { anchor: 'end' }),
        bar(LABELS, y + 4, length(value), ROW - 10, ours ? 'ours' : 'theirs'),
        text(LABELS + length(value) + 6, y + 18, show(value)),
      ];
    }),
  ]);
}
