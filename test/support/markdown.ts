/** A fenced block of a Markdown text, with the hidden lines that it needs to stand alone. */
export interface Snippet {
  readonly language: string;
  readonly text: string;
  /** Line in the document, from 1. */
  readonly line: number;
  /** From a comment `<!-- prelude: … -->` right above it. */
  readonly prelude: string;
}

/** All fenced blocks of a Markdown text, in their order. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  const pattern = /(?:<!-- prelude: ((?:(?!-->)[\s\S])*) -->\s*)?^```(\w*)\n([\s\S]*?)^```$/gm;
  return [...markdown.matchAll(pattern)].map((match) => {
    const [whole, prelude = '', language = '', text = ''] = match;
    const before = markdown.slice(0, match.index + whole.indexOf('```'));
    return { language, text, prelude, line: before.split('\n').length };
  });
}
