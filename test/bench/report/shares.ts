import { line, svg, text } from './svg.js';

/** How much of something each of several has, over time: steps, one line for each. */
export interface Shares {
  readonly kind: 'shares';
  readonly file: string;
  readonly title: string;
  /** Milliseconds that the picture spans. */
  readonly span: number;
  /** `counts[i]` is what it has in the step `i`, all of the same length. */
  readonly series: readonly { readonly label: string; readonly counts: readonly number[] }[];
  readonly events: readonly { readonly at: number; readonly label: string }[];
}

const WIDTH = 860;
const LEFT = 56;
const RIGHT = 110;
const TOP = 72;
const HEIGHT = 260;
const COLOURS = ['#0969da', '#1a7f37', '#bf3989', '#9a6700', '#8250df', '#cf222e', '#57606a'];

export function shares({ title, span, series, events }: Shares): string {
  const most = Math.max(1, ...series.flatMap(({ counts }) => counts));
  const x = (at: number) => LEFT + (at / span) * (WIDTH - LEFT - RIGHT);
  const y = (count: number) => TOP + HEIGHT - (count / most) * HEIGHT;
  const levels = [0, most / 2, most];
  return svg(WIDTH, TOP + HEIGHT + 40, title, [
    text(16, 26, title, { className: 'title' }),
    ...levels.flatMap((level) => [
      line(LEFT, y(level), WIDTH - RIGHT, y(level)),
      text(LEFT - 8, y(level) + 4, String(Math.round(level)), { anchor: 'end', className: 'axis' }),
    ]),
    ...events.flatMap(({ at, label }) => [
      line(x(at), TOP - 8, x(at), TOP + HEIGHT),
      text(x(at), TOP - 14, label, { className: 'axis' }),
    ]),
    ...[0, span / 2, span].map((at) =>
      text(x(at), TOP + HEIGHT + 20, `${Math.round(at / 1_000)} s`, { anchor: 'middle', className: 'axis' }),
    ),
    ...series.flatMap(({ label, counts }, i) => {
      const colour = COLOURS[i % COLOURS.length]!;
      const step = span / counts.length;
      // A little apart, so that replicas with the same share can be told from each other.
      const shift = (i - series.length / 2) * 1.2;
      const points = counts.flatMap((count, at) =>
        [at, at + 1].map((edge) => `${x(edge * step).toFixed(1)},${(y(count) + shift).toFixed(1)}`),
      );
      const top = TOP + 14 + i * 20;
      return [
        `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.6"/>`,
        `<rect x="${WIDTH - RIGHT + 14}" y="${top - 9}" width="12" height="10" fill="${colour}"/>`,
        text(WIDTH - RIGHT + 32, top, label),
      ];
    }),
  ]);
}
