import type { Ledger } from '../lease/index.js';
import {
  circuitField,
  decodeCircuitSnapshot,
  decodeWorkerRecord,
  errorRateOf,
  pauseField,
  NO_RECORD,
  recordField,
  type WorkerOutline,
} from '../workers/index.js';
import { decodeFlag, flagWords } from './fleet-flag.js';
import type { FleetKey, FleetKeyState, FleetWarning, FleetWorker, FleetWorkerState } from './fleet-view.js';
import type { Source } from './sources.js';
import { toDate } from './to-date.js';

/** One of each name, as its leader shows it, else as anybody does; and whether the leader has no such worker. */
export function uniqueWorkers(
  sources: readonly Source[],
  { key, state, leader }: FleetKey,
): Iterable<readonly [worker: WorkerOutline, isAbsent: boolean]> {
  const found = new Map<string, readonly [worker: WorkerOutline, isAbsent: boolean]>();
  for (const source of sources) {
    const isLeaders = source.has(leader);
    for (const worker of source.byKey.get(key) ?? []) {
      if (isLeaders || !found.has(worker.name))
        found.set(worker.name, [source.outline(worker, leader), state === 'led' && !isLeaders]);
    }
  }
  return found.values();
}

/**
 * A worker as its leader left it in the ledger.
 * @param isAbsent whether the leader of its key has no such worker
 * @param now of the store's clock, ms since the epoch
 */
export function toWorker(
  { name, key, schedule, mode, period: told }: WorkerOutline,
  { state, leader }: FleetKey,
  isAbsent: boolean,
  ledger: Ledger,
  now: number,
): FleetWorker {
  const period = told ?? null;
  const record = decodeWorkerRecord(ledger[recordField(name)]) ?? NO_RECORD;
  const { lastStartAt, lastSuccessAt, lastErrorAt, nextRunAt, recentErrors, ...rest } = record;
  const { lastDuration: last, meanDuration: mean, maxDuration: max, ...counts } = rest;
  const paused = decodeFlag(ledger[pauseField(name)]);
  return {
    name,
    key,
    schedule,
    period,
    state: isAbsent ? 'absent' : workerState(state, paused !== undefined, mode),
    paused: paused ?? null,
    leader,
    ...counts,
    errorRate: errorRateOf(counts),
    lastStartAt: toDate(lastStartAt),
    lastSuccessAt: toDate(lastSuccessAt),
    lastErrorAt: toDate(lastErrorAt),
    nextRunAt: nextRun(nextRunAt, period, now),
    duration: { last, mean, max },
    circuitBreaker: toCircuit(ledger[circuitField(name)], now),
    recentErrors: recentErrors.map((error) => ({ ...error, at: new Date(error.at) })),
  };
}

function workerState(key: FleetKeyState, paused: boolean, mode: WorkerOutline['mode']): FleetWorkerState {
  if (key === 'disabled') return 'disabled';
  if (paused) return 'paused';
  if (key === 'leaderless') return 'leaderless';
  return mode === 'started' ? 'running' : mode;
}

/** A fast worker has run since the leader last told of it; the grid goes on. */
function nextRun(told: number | null, period: number | null, now: number): Date | null {
  if (told === null) return null;
  if (told >= now || period === null) return new Date(told);
  return new Date(told + Math.ceil((now - told) / period) * period);
}

function toCircuit(text: string | undefined, now: number): FleetWorker['circuitBreaker'] {
  const snapshot = decodeCircuitSnapshot(text);
  if (!snapshot) return { state: 'closed', retryAt: null };
  if (snapshot.state !== 'open') return { state: snapshot.state, retryAt: null };
  return { state: snapshot.retryAt <= now ? 'half-open' : 'open', retryAt: new Date(snapshot.retryAt) };
}

/** What of a worker needs a look. */
export function workerWarnings({
  name: worker,
  key,
  paused,
  circuitBreaker,
}: FleetWorker): readonly FleetWarning[] {
  const warnings: FleetWarning[] = [];
  if (circuitBreaker.state === 'open' || circuitBreaker.state === 'forced-open')
    warnings.push({ kind: 'circuit-open', key, worker, message: `circuit breaker ${circuitBreaker.state}` });
  if (paused) warnings.push({ kind: 'paused', key, worker, message: `paused${flagWords(paused)}` });
  return warnings;
}
