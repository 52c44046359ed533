import { readFileSync } from 'node:fs';
import type { Invariant } from '../invariants/verdicts.js';

/** A defect that somebody could put into the library one day, and the invariants that tell of it. */
export interface Mutation {
  readonly name: string;
  /** Below the library's `src`. */
  readonly file: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: readonly Invariant[];
  /** Whether it takes thousands of histories: several faults have to meet. The tests leave it to the full hunt. */
  readonly isRare?: true;
  /** Which plans it is hunted in. @default 'all' */
  readonly plans?: 'changing';
}

export interface Edit {
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
}

export function sourceOf({ file }: Mutation): URL {
  return new URL(`../../../libs/background-services/src/${file}`, import.meta.url);
}

/** @throws Error that names every edit whose text the sources do not have exactly once: they have changed, and the list has to follow. */
export function assertFresh(mutations: readonly Mutation[]): void {
  const stale = mutations.flatMap((mutation) => {
    const source = readFileSync(sourceOf(mutation), 'utf8');
    return mutation.edits
      .map(({ find }) => ({ find, times: source.split(find).length - 1 }))
      .filter(({ times }) => times !== 1)
      .map(({ find, times }) => `  - "${mutation.name}": ${times} times in ${mutation.file}: ${find}`);
  });
  if (stale.length > 0)
    throw new Error(
      `Mutations are out of date; their text must occur exactly once in the source:\n${stale.join('\n')}`,
    );
}
