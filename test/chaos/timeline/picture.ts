import type { Violation } from '../checks/violation.js';
import type { Spoils } from '../faults.js';
import { type FaultMark, REDIS, type Row, type Span } from './rows.js';
import { crosses, dots, element, text } from './svg.js';

export interface PictureOptions {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly violations: readonly Violation[];
  /** What time the axis counts from. */
  readonly origin: number;
  /** The part of the run that is shown. */
  readonly window: Span;
}

const LEFT = 76;
const RIGHT = 24;
const WIDTH = 1_400;
const TOP = 44;
const BAR = 20;
const LANE = 15;
const GAP = 20;
/** Of a label's letters, roughly: what decides whether two labels fit side by side. */
const LETTER = 6;
const COLOURS: Readonly<Record<Spoils, string>> = {
  process: '#d9480f',
  network: '#7048e8',
  Redis: '#c2255c',
};
const STYLE = `text{font:11px ui-sans-serif,system-ui,sans-serif;fill:#343a40;paint-order:stroke;stroke:#fff;stroke-opacity:.7;stroke-width:2.5px}
.title{font-size:14px;font-weight:600}.row{font-size:12px;font-weight:600}.axis{fill:#868e96}.term{fill:#343a40;font-size:10px}`;

/** A part of a run: time from left to right, a row for Redis and one for each replica. */
export function draw({ title, rows, violations, origin, window }: PictureOptions): string {
  const x = (at: number) => LEFT + ((at - window.from) / (window.to - window.from)) * (WIDTH - LEFT - RIGHT);
  const drawn: string[] = [];
  let y = TOP;
  for (const row of rows) {
    const strip = layOut(row.faults, window, x);
    const bar = y + strip.height;
    drawn.push(strip.draw(y, bar), drawRow(row, window, x, bar));
    y = bar + (row.name === REDIS ? 0 : BAR) + GAP;
  }
  const bottom = y;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${Math.round(bottom + 58)}`,
      role: 'img',
      'aria-label': title,
    },
    element('style', {}, STYLE),
    element('rect', { width: '100%', height: '100%', fill: '#fff' }),
    text(LEFT, 22, title, { class: 'title' }),
    axis(window, origin, x, bottom),
    ...drawn,
    ...violations
      .filter(({ at }) => within(at, window))
      .map(({ at, rule }) => violationMark(x(at), bottom, rule)),
    legend(bottom + 44),
  );
}

type Scale = (at: number) => number;

const within = (at: number, { from, to }: Span) => at >= from && at <= to;
const overlaps = (a: Span, b: Span) => a.from < b.to && a.to > b.from;
const clip = (span: Span, window: Span): Span => ({
  from: Math.max(span.from, window.from),
  to: Math.min(span.to, window.to),
});

function drawRow(row: Row, window: Span, x: Scale, top: number): string {
  if (row.name === REDIS) return text(12, top - 3, row.name, { class: 'row' });
  const middle = top + BAR / 2;
  const onBar = (times: readonly number[]) =>
    times.filter((at) => within(at, window)).map((at) => [x(at), middle] as const);
  const bars = row.terms
    .filter((term) => overlaps(term, window))
    .map((term) => {
      const { from, to } = clip(term, window);
      const width = Math.max(1, x(to) - x(from));
      const fill = `hsl(${(term.ordinal * 137) % 360} 70% 80%)`;
      const bar = element('rect', {
        x: x(from),
        y: top,
        width,
        height: BAR,
        rx: 2,
        fill,
        stroke: '#868e96',
        'stroke-width': 0.5,
      });
      return width < 36
        ? bar
        : bar + text(x(from) + 2, top + BAR + 10, `term ${term.ordinal}`, { class: 'term' });
    });
  const lives = row.lives
    .filter((life) => overlaps(life, window))
    .map((life) => clip(life, window))
    .map(({ from, to }) =>
      element('line', { x1: x(from), x2: x(to), y1: middle, y2: middle, stroke: '#adb5bd' }),
    );
  return [
    text(12, middle + 4, `replica ${row.name}`, { class: 'row' }),
    ...lives,
    ...bars,
    dots(onBar(row.accepted), { stroke: '#212529', 'stroke-width': 2.6 }),
    crosses(onBar(row.refused), 4, { stroke: '#e03131', 'stroke-width': 2 }),
  ].join('');
}

/** The faults of a row, above its bar: labels that would touch each other are put one below the other. */
function layOut(faults: readonly FaultMark[], window: Span, x: Scale) {
  const ends: number[] = [];
  const placed = faults
    .filter((fault) => overlaps({ from: fault.from, to: fault.to + 1 }, window))
    .map((fault) => {
      const { from, to } = clip(fault, window);
      // A label that would leave the picture ends at its mark instead.
      const width = fault.label.length * LETTER + 8;
      const isLast = x(from) + width > WIDTH;
      const start = isLast ? x(from) - width : x(from);
      const free = ends.findIndex((end) => end < start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = Math.max(x(to), start + width);
      return { fault, from: x(from), to: Math.max(x(to), x(from) + 2), lane, isLast };
    });
  const height = Math.max(1, ends.length) * LANE + 4;
  const draw = (top: number, bar: number) =>
    placed
      .map(({ fault: { spoils, label }, from, to, lane, isLast }) => {
        const fill = COLOURS[spoils];
        const y = top + lane * LANE;
        const bottom = spoils === 'Redis' ? bar : bar + BAR;
        return [
          element('rect', { x: from, y, width: to - from, height: bottom - y, fill, opacity: 0.16 }),
          element('line', { x1: from, x2: from, y1: y, y2: bottom, stroke: fill, 'stroke-width': 1.5 }),
          text(isLast ? from - 3 : from + 3, y + 11, label, {
            style: `fill:${fill}`,
            'text-anchor': isLast ? 'end' : 'start',
          }),
        ].join('');
      })
      .join('');
  return { height, draw };
}

function axis({ from, to }: Span, origin: number, x: Scale, bottom: number): string {
  const seconds = (to - from) / 1_000;
  const step = [1, 2, 5, 10, 30, 60].find((candidate) => seconds / candidate <= 30) ?? 60;
  const first = Math.ceil((from - origin) / 1_000 / step) * step;
  const ticks: string[] = [];
  for (let second = first; origin + second * 1_000 <= to; second += step) {
    const at = x(origin + second * 1_000);
    ticks.push(
      element('line', { x1: at, x2: at, y1: TOP - 8, y2: bottom, stroke: '#e9ecef' }),
      text(at, bottom + 14, `${second} s`, { class: 'axis', 'text-anchor': 'middle' }),
    );
  }
  return ticks.join('');
}

function violationMark(at: number, bottom: number, rule: string): string {
  return (
    element('line', { x1: at, x2: at, y1: TOP - 14, y2: bottom, stroke: '#e03131', 'stroke-width': 2 }) +
    text(at + 4, TOP - 6, rule, { style: 'fill:#e03131;font-weight:600' })
  );
}

function legend(y: number): string {
  const entries: readonly (readonly [string, (x: number) => string])[] = [
    ['process is up', (x) => element('line', { x1: x, x2: x + 16, y1: y - 4, y2: y - 4, stroke: '#adb5bd' })],
    [
      'term, a colour for each fencing token',
      (x) =>
        element('rect', {
          x,
          y: y - 10,
          width: 16,
          height: 12,
          rx: 2,
          fill: 'hsl(137 70% 80%)',
          stroke: '#868e96',
          'stroke-width': 0.5,
        }),
    ],
    [
      'iteration, its write accepted',
      (x) => dots([[x + 8, y - 4]], { stroke: '#212529', 'stroke-width': 2.6 }),
    ],
    [
      'iteration, its write refused by the fence',
      (x) => crosses([[x + 8, y - 4]], 4, { stroke: '#e03131', 'stroke-width': 2 }),
    ],
    ...Object.entries(COLOURS).map(
      ([spoils, fill]) =>
        [
          `fault of ${spoils === 'Redis' ? spoils : `the ${spoils}`}`,
          (x: number) => element('rect', { x, y: y - 10, width: 16, height: 12, fill, opacity: 0.4 }),
        ] as const,
    ),
  ];
  let x = LEFT;
  return entries
    .map(([label, mark]) => {
      const drawn = mark(x) + text(x + 22, y, label);
      x += 22 + label.length * LETTER + 18;
      return drawn;
    })
    .join('');
}
