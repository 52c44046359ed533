import type {
  ControlRecord,
  FleetKey,
  FleetKeyState,
  FleetReplica,
  FleetView,
  FleetWarning,
  FleetWorker,
  FleetWorkerState,
} from '../fleet/index.js';
import type { StoreWarning } from '../lease/index.js';
import { troubleLine } from '../redis/index.js';
import { showDuration } from './duration.js';
import { plainCell } from '../logs/index.js';
import { type Cell, cutTo, table, type TableOptions } from './table.js';
import type { Tone } from './terminal.js';

const KEY_TONES: Readonly<Record<FleetKeyState, Tone>> = {
  ...{ led: 'good', disabled: 'warning', leaderless: 'bad', stale: 'bad' },
};
const WORKER_TONES: Readonly<Record<FleetWorkerState, Tone>> = {
  ...{ running: 'good', paused: 'warning', stopped: 'warning', disabled: 'warning' },
  ...{ leaderless: 'bad', absent: 'bad' },
};
const OUTCOME_TONES: Readonly<Record<ControlRecord['outcome'], Tone>> = {
  ...{ done: 'good', refused: 'bad', pending: 'warning' },
};
const NONE = '-';

/** Shown, but nothing that a monitor has to wake anybody for: operators did it, or a deployment does that changes a schedule. */
const MILD: readonly FleetWarning['kind'][] = ['disabled', 'paused', 'other-schedules'];

/** What a monitor has to be told of; empty: all is well. */
export function troubles({ replicas, warnings }: FleetView): readonly string[] {
  const seen = warnings.filter(({ kind }) => !MILD.includes(kind)).map(warningText);
  return replicas.length === 0 ? ['no replica is there', ...seen] : seen;
}

/** The whole fleet, in lines. */
export function statusLines(view: FleetView, options: TableOptions): readonly string[] {
  const { replicas, keys, workers, warnings } = view;
  const now = view.asOf.getTime();
  const sections = [
    replicas.length === 0 ? ['No replica is there.'] : replicaLines(replicas, options),
    keys.length === 0 ? ['No key is known; name one with --key.'] : leaderLines(keys, now, options),
    workers.length === 0 ? [] : workerLines(workers, now, options),
    errorLines(workers, now, options),
    warnings.map((warning) => warningLine(warning, options)),
  ];
  return sections
    .filter(({ length }) => length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** What is not as it should be with the Redis itself. */
export function storeLines(warnings: readonly StoreWarning[], { paint }: TableOptions): readonly string[] {
  const lines = warnings.map((warning) => paint(plainCell(`! ${troubleLine(warning)}`), 'bad'));
  return lines.length === 0 ? [] : ['', ...lines];
}

export function leaderLines(
  keys: readonly FleetKey[],
  now: number,
  options: TableOptions,
): readonly string[] {
  return table(
    ['KEY', 'STATE', 'LEADER', 'SINCE', 'EXPIRES', 'TOKEN', 'TERMS IN 5m'],
    keys.map(({ key, state, leader, since, ttl, token, recentTerms }) => [
      key,
      { text: state, tone: KEY_TONES[state] },
      leader ?? NONE,
      ago(since, now),
      ttl === null ? NONE : `in ${showDuration(ttl)}`,
      token === null ? NONE : String(token),
      recentTerms,
    ]),
    options,
  );
}

export function auditLines(
  records: readonly ControlRecord[],
  now: number,
  options: TableOptions,
): readonly string[] {
  if (records.length === 0) return ['Nothing was done yet.'];
  return table(
    ['WHEN', 'WHAT', 'TO', 'OUTCOME', 'BY', 'WHY', 'DETAIL'],
    records.map(({ at, action, target, outcome, by, why, detail }) => [
      ago(at, now),
      action,
      target,
      { text: outcome, tone: toneOfOutcome(outcome) },
      by,
      why,
      detail === '' ? NONE : detail,
    ]),
    options,
  );
}

/** What became of an act. */
export function recordLine(
  { action, target, outcome, detail }: ControlRecord,
  { paint, columns }: TableOptions,
): string {
  const text = plainCell(`${action} ${target}${detail === '' ? '' : ` (${detail})`}`);
  const cutText = columns === undefined ? text : cutTo(text, columns - outcome.length - 2);
  return `${paint(plainCell(outcome), toneOfOutcome(outcome))}: ${cutText}`;
}

/** Records come from a list that others can write to. */
function toneOfOutcome(outcome: string): Tone {
  return Object.hasOwn(OUTCOME_TONES, outcome) ? OUTCOME_TONES[outcome as ControlRecord['outcome']] : 'plain';
}

function replicaLines(replicas: readonly FleetReplica[], options: TableOptions): readonly string[] {
  return table(
    ['REPLICA', 'HOST', 'PID', 'VERSION', 'NODE', 'UP', 'LAG', 'LEADS'],
    replicas.map(({ id, host, pid, version, node, uptime, eventLoopLag, enabled, placement, leads }) => [
      id,
      host,
      pid,
      version ?? NONE,
      node,
      showDuration(uptime),
      showDuration(eventLoopLag),
      enabled ? leadsCell(leads, placement) : { text: 'does not campaign', tone: 'faint' },
    ]),
    options,
  );
}

/** How many keys a replica leads, which, and whether it gives them up. */
function leadsCell(leads: readonly string[], placement: FleetReplica['placement']): Cell {
  const moving = placement && placement.moving > 0 ? `hands over ${placement.moving} of ` : '';
  const keys = leads.length === 0 ? NONE : `${moving}${leads.length}: ${leads.join(', ')}`;
  return placement?.cordoned ? { text: `cordoned, ${keys}`, tone: 'warning' } : keys;
}

function workerLines(workers: readonly FleetWorker[], now: number, options: TableOptions): readonly string[] {
  return table(
    ['WORKER', 'KEY', 'STATE', 'SCHEDULE', 'RUNS', 'ERRORS', 'RATE', 'SKIPPED', 'LAST', 'NEXT', 'BREAKER'],
    workers.map((worker): readonly Cell[] => [
      worker.name,
      worker.key,
      { text: worker.state, tone: WORKER_TONES[worker.state] },
      worker.schedule,
      worker.iterations,
      worker.errors,
      `${(100 * worker.errorRate).toFixed(1)}%`,
      worker.skipped,
      ago(worker.lastStartAt, now),
      worker.state === 'running' ? ahead(worker.nextRunAt, now) : NONE,
      breakerCell(worker),
    ]),
    options,
  );
}

function breakerCell({ circuitBreaker: { state } }: FleetWorker): Cell {
  const isOpen = state === 'open' || state === 'forced-open';
  return { text: state, tone: isOpen ? 'bad' : state === 'half-open' ? 'warning' : 'plain' };
}

function errorLines(workers: readonly FleetWorker[], now: number, options: TableOptions): readonly string[] {
  const rows = workers.flatMap(({ name, recentErrors }) => {
    const last = recentErrors.at(-1);
    return last ? [[name, ago(last.at, now), last.type, last.message]] : [];
  });
  return rows.length === 0 ? [] : table(['LAST ERROR OF', 'WHEN', 'TYPE', 'MESSAGE'], rows, options);
}

function warningText({ kind, key, worker, replicas = [], age, message }: FleetWarning): string {
  const lasts = age === undefined ? '' : ` (for ${showDuration(age)})`;
  return `${kind} ${worker ?? key ?? replicas.join(', ')}: ${message}${lasts}`;
}

function warningLine(warning: FleetWarning, { paint, columns }: TableOptions): string {
  const text = plainCell(`! ${warningText(warning)}`);
  const tone = MILD.includes(warning.kind) ? 'warning' : 'bad';
  return paint(columns === undefined ? text : cutTo(text, columns), tone);
}

function ago(time: Date | null, now: number): string {
  return time === null ? NONE : `${showDuration(Math.max(0, now - time.getTime()))} ago`;
}

function ahead(time: Date | null, now: number): string {
  return time === null ? NONE : `in ${showDuration(Math.max(0, time.getTime() - now))}`;
}
