/** A paragraph, an entry of a list or a row of a table, with the headings that it stands under. */
export interface Block {
  readonly line: number;
  readonly section: string;
  readonly text: string;
}

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6}) (.*)$/;
const ROW = /^\s*\|/;
const RULE = /^\s*\|[\s:|-]+\|\s*$/;
const ENTRY = /^\s*(?:[-*]|\d+\.) /;

/** The prose of a Markdown document: without code, headings, heads of tables and comments. Sections are those of the second level. */
export function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let section = '';
  let isCode = false;
  let open: { line: number; lines: string[] } | undefined;

  const end = () => {
    if (open) blocks.push({ line: open.line, section, text: oneLine(open.lines.join(' ')) });
    open = undefined;
  };
  lines.forEach((line, index) => {
    const isFence = FENCE.test(line);
    if (isFence || isCode || line.trim() === '' || line.trim().startsWith('<')) {
      end();
      if (isFence) isCode = !isCode;
      return;
    }
    const [, level, title] = HEADING.exec(line) ?? [];
    if (level !== undefined) {
      end();
      if (level.length <= 2) section = level.length === 2 ? (title ?? '') : '';
      return;
    }
    if (ROW.test(line) || ENTRY.test(line)) end();
    const isHead = ROW.test(line) && RULE.test(lines[index + 1] ?? '');
    if (isHead || RULE.test(line)) return;
    if (open) open.lines.push(line);
    else open = { line: index + 1, lines: [line] };
  });
  end();
  return blocks;
}

/** As it reads, however it is wrapped. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
