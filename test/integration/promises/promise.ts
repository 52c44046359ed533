/** A test, by its file and its title as it stands there. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

/** A sentence of a document, or a part of one, word for word, and what shows that it is so; without proofs, it explains and promises nothing. */
export interface Sentence {
  readonly quote: string;
  readonly proofs: readonly Proof[];
}

/** What a document promises. */
export interface DocumentPromises {
  readonly document: string;
  /** Sections of the second level that compare, install or explain how it is built. */
  readonly leftOut: readonly string[];
  readonly sentences: readonly Sentence[];
}

/** The tests of one file, by their titles. */
export function spec(file: string): (title: string) => Proof {
  return (title) => ({ file, title });
}

export function promise(quote: string, ...proofs: readonly [Proof, ...Proof[]]): Sentence {
  return { quote, proofs };
}

/** What stands there to be understood, for it tells of the world, of a choice or of a page elsewhere. */
export function explain(...quotes: readonly string[]): readonly Sentence[] {
  return quotes.map((quote) => ({ quote, proofs: [] }));
}
