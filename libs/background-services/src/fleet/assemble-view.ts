import { DISABLED_HOLDER, type LeaseRecord } from '../lease/index.js';
import {
  circuitField,
  decodeCircuitSnapshot,
  decodeTerms,
  decodeWorkerRecord,
  holdField,
  recordField,
  TERMS_FIELD,
} from '../workers/index.js';
import type {
  FleetKey,
  FleetKeyState,
  FleetOrder,
  FleetReplica,
  FleetTerm,
  FleetView,
  FleetWarning,
  FleetWorker,
  FleetWorkerState,
} from './fleet-view.js';
import { type CardWorker, keysOn, type ReplicaCard } from './replica-card.js';

/** So many terms within so long are more than deployments explain. */
const FLAPPING_TERMS = 4;
const FLAPPING_TIME = 300_000;

/** Ledger field that says who took a key out of service. */
export const DISABLED_FIELD = 'disabled';

export interface FleetFacts {
  readonly now: number;
  readonly askedOf: string;
  /** Of the replicas that are there. */
  readonly cards: readonly ReplicaCard[];
  /** Last words of those that went without taking leave. */
  readonly departed: readonly ReplicaCard[];
  readonly leases: readonly LeaseRecord[];
}

/** Puts together what the board and the leases say. */
export function assembleView({ now, askedOf, cards, departed, leases }: FleetFacts): FleetView {
  const records = new Map(leases.map((lease) => [lease.key, lease]));
  const alive = new Set(cards.map(({ id }) => id));
  const lost = withoutKeys(departed, new Set(cards.flatMap((card) => [...keysOn(card)])));
  const keys = leases.map((lease) => toKey(lease, { cards, alive, lost, now })).sort(by(({ key }) => key));
  const byKey = new Map(keys.map((key) => [key.key, key]));
  const workers = uniqueWorkers([...cards, ...lost], byKey)
    .map((worker) => toWorker(worker, byKey.get(worker.key), records.get(worker.key), now))
    .sort(by(({ name }) => name));
  return {
    asOf: new Date(now),
    current: true,
    askedOf,
    replicas: cards.map((card) => toReplica(card, keys)).sort(by(({ id }) => id)),
    keys,
    workers,
    warnings: [...keys.flatMap(keyWarnings), ...workers.flatMap(workerWarnings)],
  };
}

function toReplica(
  { terms: _terms, workers: _workers, ...card }: ReplicaCard,
  keys: readonly FleetKey[],
): FleetReplica {
  return { ...card, leads: keys.filter(({ leader }) => leader === card.id).map(({ key }) => key) };
}

/** What goes on elsewhere is told of by who has it now. */
function withoutKeys(departed: readonly ReplicaCard[], known: ReadonlySet<string>): readonly ReplicaCard[] {
  const isLost = ({ key }: { readonly key: string }) => !known.has(key);
  return departed.map((card) => ({
    ...card,
    terms: card.terms.filter(isLost),
    workers: card.workers.filter(isLost),
  }));
}

interface KeyFacts {
  readonly cards: readonly ReplicaCard[];
  readonly alive: ReadonlySet<string>;
  readonly lost: readonly ReplicaCard[];
  readonly now: number;
}

function toKey(
  { key, holder, ttl, token, ledger }: LeaseRecord,
  { cards, alive, lost, now }: KeyFacts,
): FleetKey {
  const state = stateOf(holder, alive);
  const leader = state === 'led' || state === 'stale' ? holder : null;
  const term = cards.find(({ id }) => id === leader)?.terms.find((candidate) => candidate.key === key);
  const terms = historyOf(ledger[TERMS_FIELD], { leader, token, since: term?.since });
  const current = terms.find((candidate) => candidate.token === token && candidate.leader === leader);
  return {
    key,
    state,
    leader,
    token,
    ttl,
    since: current?.from ?? null,
    disabled: state === 'disabled' ? (decodeOrder(ledger[DISABLED_FIELD]) ?? UNKNOWN_ORDER) : null,
    lostWith: lost.filter((card) => keysOn(card).has(key)).map(({ id }) => id),
    terms,
    recentTerms: terms.filter(({ from }) => from.getTime() > now - FLAPPING_TIME).length,
  };
}

/** An operator may have set the key by hand, which leaves no note. */
const UNKNOWN_ORDER: FleetOrder = { by: '', why: '', at: new Date(0) };

function stateOf(holder: string | null, alive: ReadonlySet<string>): FleetKeyState {
  if (holder === null) return 'leaderless';
  if (holder === DISABLED_HOLDER) return 'disabled';
  return alive.has(holder) ? 'led' : 'stale';
}

/** The leader's own term is in the ledger from its first renewal on only; its card, or else the token itself, tells of it before. */
function historyOf(
  text: string | undefined,
  current: {
    readonly leader: string | null;
    readonly token: number | null;
    readonly since: number | undefined;
  },
): readonly FleetTerm[] {
  const { leader, token, since } = current;
  const terms = decodeTerms(text).map(({ holder, from, to, ...rest }) => ({
    ...rest,
    leader: holder,
    from: new Date(from),
    to: to === null ? null : new Date(to),
  }));
  if (leader !== null && token !== null && !terms.some((term) => term.token === token)) {
    terms.push({ leader, token, from: new Date(since ?? token), to: null, reason: null });
  }
  return terms.reverse();
}

/** One of each name and key, as its leader shows it, else as anybody does. */
function uniqueWorkers(
  cards: readonly ReplicaCard[],
  keys: ReadonlyMap<string, FleetKey>,
): readonly CardWorker[] {
  const found = new Map<string, CardWorker>();
  for (const { id, workers } of cards) {
    for (const worker of workers) {
      const identity = `${worker.key}\n${worker.name}`;
      if (!found.has(identity) || keys.get(worker.key)?.leader === id) found.set(identity, worker);
    }
  }
  return [...found.values()];
}

function toWorker(
  { name, key, schedule, period, mode }: CardWorker,
  state: FleetKey | undefined,
  lease: LeaseRecord | undefined,
  now: number,
): FleetWorker {
  const ledger = lease?.ledger ?? {};
  const record = decodeWorkerRecord(ledger[recordField(name)]);
  const paused = decodeOrder(ledger[holdField(name)]);
  const finished = (record?.succeeded ?? 0) + (record?.errors ?? 0);
  return {
    name,
    key,
    schedule,
    period,
    state: workerState(state?.state, paused !== undefined, mode),
    paused: paused ?? null,
    leader: state?.leader ?? null,
    iterations: record?.iterations ?? 0,
    errors: record?.errors ?? 0,
    aborted: record?.aborted ?? 0,
    skipped: record?.skipped ?? 0,
    missed: record?.missed ?? 0,
    errorRate: finished === 0 ? 0 : (record?.errors ?? 0) / finished,
    lastStartAt: toDate(record?.lastStartAt),
    lastSuccessAt: toDate(record?.lastSuccessAt),
    lastErrorAt: toDate(record?.lastErrorAt),
    nextRunAt: nextRun(record?.nextRunAt, period, now),
    duration: {
      last: record?.lastDuration ?? 0,
      mean: record?.meanDuration ?? 0,
      max: record?.maxDuration ?? 0,
    },
    circuitBreaker: toCircuit(ledger[circuitField(name)], now),
    recentErrors: (record?.recentErrors ?? []).map((error) => ({ ...error, at: new Date(error.at) })),
  };
}

function workerState(
  key: FleetKeyState | undefined,
  paused: boolean,
  mode: CardWorker['mode'],
): FleetWorkerState {
  if (key === 'disabled') return 'disabled';
  if (paused) return 'paused';
  if (key === undefined || key === 'leaderless') return 'leaderless';
  return mode === 'started' ? 'running' : mode;
}

/** A fast worker has run since the leader last told of it; the grid goes on. */
function nextRun(told: number | null | undefined, period: number | null, now: number): Date | null {
  if (told === null || told === undefined) return null;
  if (told >= now || period === null) return new Date(told);
  return new Date(told + Math.ceil((now - told) / period) * period);
}

function toCircuit(text: string | undefined, now: number): FleetWorker['circuitBreaker'] {
  const snapshot = decodeCircuitSnapshot(text);
  if (!snapshot) return { state: 'closed', retryAt: null };
  if (snapshot.state !== 'open') return { state: snapshot.state, retryAt: null };
  return { state: snapshot.retryAt <= now ? 'half-open' : 'open', retryAt: new Date(snapshot.retryAt) };
}

function keyWarnings(fleetKey: FleetKey): readonly FleetWarning[] {
  const { key, state, leader, disabled, lostWith, recentTerms } = fleetKey;
  const warnings: FleetWarning[] = [];
  if (state === 'stale')
    warnings.push({ kind: 'stale-lease', key, message: `held by ${leader}, which is not there` });
  if (state === 'leaderless')
    warnings.push({ kind: 'leaderless', key, message: `nobody leads${lossOf(lostWith)}` });
  if (recentTerms >= FLAPPING_TERMS)
    warnings.push({ kind: 'flapping', key, message: `${recentTerms} terms in the last five minutes` });
  if (state === 'disabled')
    warnings.push({ kind: 'disabled', key, message: `out of service${reasonOf(disabled)}` });
  return warnings;
}

function workerWarnings({ name: worker, key, paused, circuitBreaker }: FleetWorker): readonly FleetWarning[] {
  const warnings: FleetWarning[] = [];
  if (circuitBreaker.state === 'open' || circuitBreaker.state === 'forced-open')
    warnings.push({ kind: 'circuit-open', key, worker, message: `circuit breaker ${circuitBreaker.state}` });
  if (paused) warnings.push({ kind: 'paused', key, worker, message: `paused${reasonOf(paused)}` });
  return warnings;
}

function lossOf(lostWith: readonly string[]): string {
  return lostWith.length === 0 ? '' : `: all that had it are gone, ${lostWith.join(', ')}`;
}

function reasonOf(order: FleetOrder | null): string {
  return order?.by ? ` by ${order.by}: ${order.why}` : '';
}

/** Reads an order; what is not one reads as none, but for a text that an operator put there by hand. */
export function decodeOrder(text: string | undefined): FleetOrder | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const { by, why, at } = JSON.parse(text) as Partial<Record<keyof FleetOrder, unknown>>;
    const time = new Date(typeof at === 'number' ? at : 0);
    return {
      by: typeof by === 'string' ? by : '',
      why: typeof why === 'string' ? why : '',
      at: Number.isNaN(time.getTime()) ? new Date(0) : time,
    };
  } catch {
    return { by: '', why: text, at: new Date(0) };
  }
}

function toDate(time: number | null | undefined): Date | null {
  return time === null || time === undefined ? null : new Date(time);
}

function by<Item>(text: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}
