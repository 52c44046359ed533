/**
 * Replaces what stands between the markers `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` of a Markdown text.
 * @throws Error if the text does not have the two markers once each, in this order
 */
export function replaceBetween(markdown: string, name: string, content: string): string {
  const [opening, closing] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [before, between, ...further] = markdown.split(opening);
  const [, after, ...furtherEnds] = between?.split(closing) ?? [];
  if (before === undefined || after === undefined || further.length > 0 || furtherEnds.length > 0) {
    throw new Error(
      `The document needs ${opening} and ${closing} once each, in this order: the figures of "${name}" go between them`,
    );
  }
  return `${before}${opening}\n\n${content.trim()}\n\n${closing}${after}`;
}
