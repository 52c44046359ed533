import { plainCell } from '../logs/index.js';
import type { Paint, Tone } from './terminal.js';

/** A cell is a text of anybody's; numbers stand to the right. */
export type Cell = string | number | { readonly text: string; readonly tone: Tone };

export interface TableOptions {
  readonly paint: Paint;
  /** The width that lines are cut to; `undefined`: they are not. */
  readonly columns: number | undefined;
}

const GAP = 2;
/** No column is cut to less, so that one can still tell its entries apart. */
const NARROWEST = 6;

/** Lines of aligned columns. Whatever the cells contain, a row is one line, and does nothing to the terminal. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  { paint, columns }: TableOptions,
): readonly string[] {
  const texts = [headings, ...rows.map((row) => row.map(textOf))];
  const natural = headings.map((_, i) => Math.max(...texts.map((row) => widthOf(row[i] ?? ''))));
  const widths = columns === undefined ? natural : fit(natural, columns - GAP * (headings.length - 1));
  const toRight = headings.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  return texts.map((row, r) => {
    const cells = row.map((text, i) => {
      const width = widths[i] ?? 0;
      const cell = cutTo(text, width);
      const padding = ' '.repeat(Math.max(0, width - widthOf(cell)));
      const painted = paint(cell, r === 0 ? 'faint' : toneOf(rows[r - 1]?.[i]));
      if (toRight[i]) return padding + painted;
      return i === row.length - 1 ? painted : painted + padding;
    });
    return cells.join(' '.repeat(GAP)).trimEnd();
  });
}

/** Takes from the widest column for as long as they do not fit. */
function fit(natural: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  for (let total = widths.reduce((sum, width) => sum + width, 0); total > available; total -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function textOf(cell: Cell): string {
  return typeof cell === 'object' ? plainCell(cell.text) : plainCell(String(cell));
}

function toneOf(cell: Cell | undefined): Tone {
  return typeof cell === 'object' ? cell.tone : 'plain';
}

const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u{ff01}-\u{ff60}]$/u;

/** How many places a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /^\p{M}$/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The beginning of a text that has so many places, with a mark where it was cut off. */
export function cutTo(text: string, places: number): string {
  if (widthOf(text) <= places) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > places - 1) break;
    kept += character;
  }
  return places > 0 ? `${kept}…` : '';
}
