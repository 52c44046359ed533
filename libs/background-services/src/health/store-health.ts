import { describeError } from '../errors/index.js';
import type { StoreWarning } from '../lease/index.js';
import type { StoreState, StoreWatch } from '../leadership/index.js';
import { storeFault } from './store-fault.js';
import { warningWords } from './warning-words.js';

/** The lease store in the health body, as this replica's renewals and tries find it. */
export interface StoreHealth {
  /** What the store calls itself, e.g. `redis`. */
  readonly name: string;
  /**
   * `untried`: no command has ended yet. `failing`: it refuses some keys, or has just begun not to answer. `unreachable`: it has answered nothing
   * for longer than renewals take, or never.
   */
  readonly state: StoreState['state'];
  /** Since when, ISO 8601. */
  readonly since?: string;
  /** The same as a duration, ms. */
  readonly failingForMs?: number;
  /** What is wrong, without what the store itself said: e.g. `NOPERM: the user may not run "eval"`. */
  readonly reason?: string;
  /** The keys that it does not answer for; the first few. */
  readonly keys?: readonly string[];
  /** What the store said. With `exposeErrors` only. */
  readonly error?: string;
  /** What works, and not as it should; it does not degrade this replica. */
  readonly warnings?: readonly StoreWarningHealth[];
}

/** What works in the store, and not as it should. */
export interface StoreWarningHealth {
  readonly kind: StoreWarning['kind'];
  /** ISO 8601. */
  readonly since: string;
  /** In general words; with `exposeErrors`, as it is in the log, which names addresses, users and keys. */
  readonly reason: string;
  readonly cure: string;
}

const MOST_KEYS = 20;

/** What the health body says of the store, and whether that is more than a hiccup. */
export function storeHealth(
  name: string,
  watch: Pick<StoreWatch, 'state' | 'fault' | 'warnings'>,
  { exposeErrors }: { readonly exposeErrors: boolean },
): { readonly facts: StoreHealth; readonly isDegraded: boolean } {
  const state = watch.state;
  const found = watch.warnings.map(({ kind, since, ...words }) => ({
    ...{ kind, since: new Date(since).toISOString() },
    ...(exposeErrors ? words : warningWords(kind)),
  }));
  const warnings = found.length > 0 ? { warnings: found } : {};
  if (state.state === 'untried' || state.state === 'reachable')
    return { facts: { name, state: state.state, ...warnings }, isDegraded: false };
  const facts = {
    name,
    state: state.state,
    since: state.since.toISOString(),
    failingForMs: state.failingFor,
    reason: storeFault(state.error),
    keys: state.keys.slice(0, MOST_KEYS),
    ...(exposeErrors ? { error: describeError(state.error).message } : {}),
    ...warnings,
  };
  return { facts, isDegraded: watch.fault !== undefined };
}
