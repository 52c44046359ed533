import { DISABLED_HOLDER, type LeaseRecord, type Ledger } from '../lease/index.js';
import { decodeTerms, type TermRecord, TERMS_FIELD, withLastSign } from '../workers/index.js';
import { decodeFlag, flagWords, UNKNOWN_FLAG } from './fleet-flag.js';
import type { FleetKey, FleetKeyState, FleetTerm, FleetWarning } from './fleet-view.js';
import { DISABLED_FIELD } from './ledger-fields.js';
import { toDate } from './to-date.js';

/** So many terms within so long are more than deployments explain. */
const FLAPPING_TERMS = 4;
const FLAPPING_TIME = 300_000;

/** What replicas say of one key. */
export interface KeyFacts {
  /** Begin of the term of each replica that says that it leads. */
  readonly since: ReadonlyMap<string, number>;
  /** When those that led it and are gone said so last. */
  readonly lastWords: ReadonlyMap<string, number>;
  /** The replicas that had it, if all of them are gone. */
  readonly lostWith: readonly string[];
}

/**
 * A key as its lease and the replicas tell of it.
 * @param isThere whether a replica is
 * @param now of the store's clock, ms since the epoch
 */
export function toKey(
  { key, holder, ttl, token, ledger }: LeaseRecord,
  { since, lostWith, lastWords }: KeyFacts,
  isThere: (replica: string) => boolean,
  now: number,
): FleetKey {
  const state = stateOf(holder, isThere);
  const leader = state === 'led' || state === 'stale' ? holder : null;
  const began = leader === null ? undefined : since.get(leader);
  const terms = historyOf(ledger ?? {}, { state, leader, token, since: began }, now, lastWords);
  const leaders = terms.find((candidate) => candidate.token === token && candidate.leader === leader);
  return {
    key,
    state,
    leader,
    token,
    ttl,
    since: leaders?.from ?? null,
    disabled: state === 'disabled' ? (decodeFlag(ledger?.[DISABLED_FIELD]) ?? UNKNOWN_FLAG) : null,
    lostWith,
    terms,
    recentTerms: terms.filter(({ from }) => from.getTime() > now - FLAPPING_TIME).length,
  };
}

function stateOf(holder: string | null, isThere: (replica: string) => boolean): FleetKeyState {
  if (holder === null) return 'leaderless';
  if (holder === DISABLED_HOLDER) return 'disabled';
  return isThere(holder) ? 'led' : 'stale';
}

/** The leader's own term is in the ledger from its first renewal on only; its presence, or else the token itself, tells of it before. */
function historyOf(
  ledger: Ledger,
  current: Pick<FleetKey, 'state' | 'leader' | 'token'> & { readonly since: number | undefined },
  now: number,
  lastWords: ReadonlyMap<string, number>,
): readonly FleetTerm[] {
  const { state, leader, token, since } = current;
  const told = decodeTerms(ledger[TERMS_FIELD]);
  const isTold = told.some((term) => term.token === token);
  const entries = { fields: Object.keys(ledger), get: (field: string) => ledger[field] };
  const signed = (terms: readonly TermRecord[]) => withLastSign(terms, entries, now, lastWords);
  const own: readonly TermRecord[] =
    leader === null || token === null || isTold
      ? []
      : [{ holder: leader, token, from: since ?? token, to: null, reason: null }];
  // What goes on has no last sign; what was there before it has one, though its successor has not put it down yet.
  const isOver = state !== 'led';
  const history = isOver ? signed([...told, ...own]) : own.length > 0 ? [...signed(told), ...own] : told;
  return history
    .map(({ holder, from, to, reason, token: of, lastSign }) => ({
      ...{ leader: holder, token: of, from: new Date(from), to: toDate(to), reason },
      lastSignAt: toDate(lastSign),
    }))
    .reverse();
}

/** What of a key needs a look. */
export function keyWarnings(fleetKey: FleetKey): readonly FleetWarning[] {
  const { key, state, leader, disabled, lostWith, recentTerms } = fleetKey;
  const warnings: FleetWarning[] = [];
  if (state === 'stale')
    warnings.push({ kind: 'stale-lease', key, message: `held by ${leader}, which is not there` });
  if (state === 'leaderless')
    warnings.push({ kind: 'leaderless', key, message: `nobody leads${lossOf(lostWith)}` });
  if (recentTerms >= FLAPPING_TERMS)
    warnings.push({ kind: 'flapping', key, message: `${recentTerms} terms in the last five minutes` });
  if (state === 'disabled')
    warnings.push({ kind: 'disabled', key, message: `out of service${flagWords(disabled)}` });
  return warnings;
}

function lossOf(lostWith: readonly string[]): string {
  return lostWith.length === 0 ? '' : `: all that had it are gone, ${lostWith.join(', ')}`;
}
