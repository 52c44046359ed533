import { cut } from '../../errors/index.js';
import { callGuest } from '../../kit/index.js';
import { REDIS_TROUBLE_KINDS } from '../../redis/index.js';
import type { StoreWarning } from '../store-warning.js';
import { readObject, readText, readTime } from './answers.js';

/** They travel with every presence of the replica. */
const MOST_WARNINGS = 20;
const LONGEST_TEXT = 600;

/** What a store says of itself, whatever it is: what is no warning is left out, and what is too long is cut. Never throws. */
export function readWarnings(read: () => unknown): readonly StoreWarning[] {
  const warnings: StoreWarning[] = [];
  callGuest(() => {
    const answer = read();
    if (!Array.isArray(answer)) return;
    for (const entry of answer.slice(0, MOST_WARNINGS) as readonly unknown[])
      callGuest(() => warnings.push(readWarning(entry)));
  });
  return warnings;
}

function readWarning(entry: unknown): StoreWarning {
  const { kind, reason, cure, since } = readObject(entry, '{ kind, reason, cure, since }');
  return {
    kind: REDIS_TROUBLE_KINDS.find((known) => known === kind) ?? 'other',
    reason: cut(readText(reason, 'reason'), LONGEST_TEXT),
    cure: cut(readText(cure, 'cure'), LONGEST_TEXT),
    since: readTime(since, 'since'),
  };
}
