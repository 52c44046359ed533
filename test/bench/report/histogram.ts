import { bar, line, svg, text } from './svg.js';

/** How often something happened, over time. */
export interface Histogram {
  readonly kind: 'histogram';
  readonly file: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  /** Milliseconds from the left edge to the event that everything is relative to. */
  readonly before: number;
  /** Name of that event. */
  readonly event: string;
  /** Milliseconds per bar. */
  readonly step: number;
  readonly counts: readonly number[];
}

const WIDTH = 860;
const LEFT = 56;
const RIGHT = 16;
const PANEL = 190;
const TOP = 40;

export function histogram({ title, panels }: Histogram): string {
  return svg(WIDTH, TOP + panels.length * PANEL, title, [
    text(16, 26, title, { className: 'title' }),
    ...panels.flatMap((panel, i) => drawPanel(panel, TOP + i * PANEL)),
  ]);
}

function drawPanel({ title, before, event, step, counts }: Panel, top: number): string[] {
  const [base, ceiling] = [top + PANEL - 34, top + 34];
  const most = Math.max(1, ...counts);
  const width = (WIDTH - LEFT - RIGHT) / counts.length;
  const x = (time: number) => LEFT + ((time + before) / step) * width;
  const span = counts.length * step;
  const times = [-before, 0, (span - before) / 2, span - before];
  return [
    text(16, top + 18, title),
    line(LEFT, ceiling, WIDTH - RIGHT, ceiling),
    text(LEFT - 8, ceiling + 4, String(most), { anchor: 'end', className: 'axis' }),
    line(LEFT, base, WIDTH - RIGHT, base),
    text(LEFT - 8, base + 4, '0', { anchor: 'end', className: 'axis' }),
    line(x(0), ceiling, x(0), base + 4),
    ...times.map((time) =>
      text(x(time), base + 18, time === 0 ? event : `${(time / 1_000).toFixed(1)} s`, {
        anchor: time === span - before ? 'end' : 'middle',
        className: 'axis',
      }),
    ),
    ...counts.flatMap((count, i) => {
      const height = (count / most) * (base - ceiling);
      return count === 0 ? [] : [bar(LEFT + i * width, base - height, Math.max(0.8, width), height, 'ours')];
    }),
  ];
}

/** Counts moments (milliseconds relative to an event) in steps from `before` before it to `after` after it. */
export function countInSteps(
  moments: readonly number[],
  { before, after, step }: { readonly before: number; readonly after: number; readonly step: number },
): readonly number[] {
  const counts = new Array<number>(Math.ceil((before + after) / step)).fill(0);
  for (const moment of moments) {
    const index = Math.floor((moment + before) / step);
    if (index in counts) counts[index]! += 1;
  }
  return counts;
}
