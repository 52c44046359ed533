export type Cell = string | number;

export interface Table {
  /** The first names what a row is about. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** As text for a terminal: columns aligned, numbers to the right. */
export function toText({ columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(show))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const numeric = columns.map((_, i) => rows.every((row) => typeof row[i] === 'number'));
  const pad = (text: string, i: number) =>
    numeric[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** As Markdown. */
export function toMarkdown({ columns, rows }: Table): string {
  const numeric = columns.map((_, i) => i > 0 && rows.some((row) => typeof row[i] === 'number'));
  return [
    line(columns),
    line(numeric.map((isNumber) => (isNumber ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(show))),
  ].join('\n');
}

/** Numbers with three significant digits, or all digits before the point: 0.0123, 1.32, 14.8, 1,204. */
export function show(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  if (!Number.isFinite(cell)) return 'n/a';
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en-US');
  return String(Number(cell.toPrecision(3)));
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
