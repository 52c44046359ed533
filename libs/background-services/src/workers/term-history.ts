import type { RevocationReason } from '../errors/index.js';

/** One term of a key, as its ledger tells of it. Times are of the store's clock, ms since the epoch. */
export interface TermRecord {
  readonly holder: string;
  readonly token: number;
  readonly from: number;
  /** `null`: it goes on, or its leader was killed before it could say. */
  readonly to: number | null;
  readonly reason: RevocationReason | null;
}

/** Ledger field of the last terms of a key. */
export const TERMS_FIELD = 'terms';
export const KEPT_TERMS = 10;

const REASONS: readonly unknown[] = ['lost', 'deadline', 'step-down', 'stop'] satisfies RevocationReason[];

/** The history with this term put in: begun, or ended. */
export function withTerm(history: readonly TermRecord[], term: TermRecord): readonly TermRecord[] {
  return [...history.filter(({ token }) => token !== term.token), term].slice(-KEPT_TERMS);
}

/** Reads a history from the ledger; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeTerms(text: string | undefined): readonly TermRecord[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isTerm).slice(-KEPT_TERMS) : [];
  } catch {
    return [];
  }
}

function isTerm(value: unknown): value is TermRecord {
  const { holder, token, from, to, reason } = (value ?? {}) as Partial<Record<keyof TermRecord, unknown>>;
  return (
    typeof holder === 'string' &&
    isTime(token) &&
    isTime(from) &&
    (to === null || isTime(to)) &&
    (reason === null || REASONS.includes(reason))
  );
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}
