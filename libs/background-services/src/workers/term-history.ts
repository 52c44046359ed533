import type { RevocationReason } from '../errors/index.js';
import { decodeWorkerRecord, isRecordField } from './worker-record.js';

/** One term of a key, as its ledger tells of it. Times are of the store's clock, ms since the epoch. */
export interface TermRecord {
  readonly holder: string;
  readonly token: number;
  readonly from: number;
  /** `null`: it goes on, or its leader was killed before it could say. */
  readonly to: number | null;
  readonly reason: RevocationReason | null;
  /** The last sign of a leader that never told its end: of its work, or that it renewed; `null` or left out: it told, it goes on, or there was none. */
  readonly lastSign?: number | null;
}

/** Ledger field of the last terms of a key. */
export const TERMS_FIELD = 'terms';
export const KEPT_TERMS = 10;

const REASONS: readonly unknown[] = [
  'lost',
  'deadline',
  'step-down',
  'rebalance',
  'stop',
] satisfies RevocationReason[];

/** The history with this term put in: begun, or ended. */
export function withTerm(history: readonly TermRecord[], term: TermRecord): readonly TermRecord[] {
  return [...history.filter(({ token }) => token !== term.token), term].slice(-KEPT_TERMS);
}

/**
 * The history as whoever comes next finds it: a term whose leader never told its end has gone on for as long as there is a sign of it.
 * @param ledger of the key, as that leader left it
 * @param now of the store's clock, ms since the epoch
 * @param heard when holders of the lease were heard of otherwise
 */
export function withLastSign(
  history: readonly TermRecord[],
  ledger: { readonly fields: Iterable<string>; readonly get: (field: string) => string | undefined },
  now: number,
  heard?: ReadonlyMap<string, number>,
): readonly TermRecord[] {
  const last = history.at(-1);
  if (!last || last.to !== null || typeof last.lastSign === 'number') return history;
  let lastSign = last.from;
  const note = (time: number | null | undefined) => {
    if (typeof time === 'number' && time > lastSign && time <= now) lastSign = time;
  };
  note(heard?.get(last.holder));
  for (const field of ledger.fields) {
    if (!isRecordField(field)) continue;
    const record = decodeWorkerRecord(ledger.get(field));
    note(record?.lastStartAt);
    note(record?.lastSuccessAt);
    note(record?.lastErrorAt);
  }
  return [...history.slice(0, -1), { ...last, lastSign: Math.round(lastSign) }];
}

/** Reads a history from the ledger; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeTerms(text: string | undefined): readonly TermRecord[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.slice(-KEPT_TERMS).flatMap(asTerm) : [];
  } catch {
    return [];
  }
}

/** No instance id is longer, characters. */
const LONGEST_HOLDER = 512;

function asTerm(value: unknown): readonly TermRecord[] {
  const {
    holder,
    token,
    from,
    to,
    reason,
    lastSign = null,
  } = (value ?? {}) as Partial<Record<keyof TermRecord, unknown>>;
  if (typeof holder !== 'string' || holder.length > LONGEST_HOLDER) return [];
  if (!isTime(token) || !isTime(from) || !(to === null || isTime(to)) || !isReason(reason)) return [];
  return [{ holder, token, from, to, reason, ...(isTime(lastSign) ? { lastSign } : {}) }];
}

function isReason(value: unknown): value is RevocationReason | null {
  return value === null || REASONS.includes(value);
}

/** Up to the largest time that a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}
