import { describe, expect, it } from '@jest/globals';
import { toSvg } from './chart.js';
import { countInSteps } from './histogram.js';

const widths = (svg: string, className: string) =>
  [...svg.matchAll(/width="([\d.]+)" height="[\d.]+" class="(\w+)"/g)]
    .filter(([, , name]) => name === className)
    .map(([, width]) => Number(width));

describe('Bars on a logarithmic scale', () => {
  const draw = (...values: readonly number[]) =>
    toSvg({
      kind: 'log-bars',
      file: 'x',
      title: 'a < b & c',
      bars: values.map((value, i) => ({ label: `side ${i}`, value, ours: i === 0 })),
    });

  it('are longer by one step for ten times as much', () => {
    const svg = draw(1, 10, 100, 1_000);
    expect(widths(svg, 'ours')).toEqual([1]);
    const [ten = 0, hundred = 0, thousand = 0] = widths(svg, 'theirs');
    expect(hundred).toBeCloseTo(2 * ten, 0);
    expect(thousand).toBeCloseTo(3 * ten, 0);
  });

  it('show figures below one, and nothing at all', () => {
    const [ours = 0] = widths(draw(0.5, 50), 'ours');
    expect(ours).toBeGreaterThan(1);
    expect(widths(draw(0, 50), 'ours')).toEqual([0]);
  });

  it('are a picture whose texts are escaped', () => {
    const svg = draw(1);
    expect(svg).toContain('<title>a &lt; b &amp; c</title>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('A histogram', () => {
  it('counts moments in steps around an event, and leaves out what is beyond', () => {
    const moments = [-101, -100, -95, 0, 4, 9.9, 10, 199, 200];
    expect(countInSteps(moments, { before: 100, after: 200, step: 100 })).toEqual([2, 4, 1]);
  });

  it('is one panel each, highest count on top', () => {
    const panel = { title: 'attempts', before: 10, event: 'release', step: 10, counts: [0, 5, 10] };
    const svg = toSvg({ kind: 'histogram', file: 'x', title: 'herd', panels: [panel, panel] });
    expect(widths(svg, 'ours')).toHaveLength(4);
    expect(svg).toContain('>10</text>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('Shares over time', () => {
  it('are a line of steps for each, under the events that changed them', () => {
    const svg = toSvg({
      ...{ kind: 'shares', file: 'x', title: 'who leads', span: 2_000 },
      series: [
        { label: 'A', counts: [4, 2] },
        { label: 'B', counts: [0, 2] },
      ],
      events: [{ at: 1_000, label: 'B joins' }],
    });
    expect([...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) => points!.split(' ').length)).toEqual([
      4, 4,
    ]);
    expect(svg).toContain('>B joins</text>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});
