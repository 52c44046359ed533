import type { WorkerMode } from '../workers/index.js';

/** What one replica says of itself with its postings. */
export interface ReplicaCard {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Of the app's choice (`fleet.version`); `null`: none given. */
  readonly version: string | null;
  readonly node: string;
  /** Milliseconds since the boot. */
  readonly uptime: number;
  /** The event loop's longest lag since the last posting, ms. */
  readonly eventLoopLag: number;
  /** Whether it campaigns at all. */
  readonly enabled: boolean;
  /** What extensions of the app say of themselves, by name. */
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly terms: readonly CardTerm[];
  readonly workers: readonly CardWorker[];
}

export interface CardTerm {
  readonly key: string;
  readonly token: number;
  /** Of the store's clock, ms since the epoch. */
  readonly since: number;
}

export interface CardWorker {
  readonly name: string;
  readonly key: string;
  /** In words. */
  readonly schedule: string;
  /** Milliseconds between two runs, where there is such a thing. */
  readonly period: number | null;
  readonly mode: WorkerMode;
}

/** The keys that a replica leads or would lead. */
export function keysOn({ workers, terms }: ReplicaCard): ReadonlySet<string> {
  return new Set([...workers, ...terms].map(({ key }) => key));
}

/** Reads a posting; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeCard(id: string, text: string): ReplicaCard | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof ReplicaCard, unknown>> | null;
    if (typeof value !== 'object' || value === null) return undefined;
    return {
      id,
      host: asText(value.host),
      pid: asNumber(value.pid),
      version: typeof value.version === 'string' ? value.version : null,
      node: asText(value.node),
      uptime: asNumber(value.uptime),
      eventLoopLag: asNumber(value.eventLoopLag),
      enabled: value.enabled !== false,
      extensions: asRecord(value.extensions),
      terms: asList(value.terms).flatMap(asTerm),
      workers: asList(value.workers).flatMap(asWorker),
    };
  } catch {
    return undefined;
  }
}

const MODES: readonly unknown[] = ['started', 'paused', 'stopped'] satisfies WorkerMode[];

function asTerm(value: unknown): readonly CardTerm[] {
  const { key, token, since } = (value ?? {}) as Partial<Record<keyof CardTerm, unknown>>;
  return typeof key === 'string' && key !== ''
    ? [{ key, token: asNumber(token), since: asNumber(since) }]
    : [];
}

function asWorker(value: unknown): readonly CardWorker[] {
  const { name, key, schedule, period, mode } = (value ?? {}) as Partial<Record<keyof CardWorker, unknown>>;
  if (typeof name !== 'string' || typeof key !== 'string' || key === '') return [];
  const known = MODES.includes(mode) ? (mode as WorkerMode) : 'started';
  const each = typeof period === 'number' && period > 0 && Number.isFinite(period) ? period : null;
  return [{ name, key, schedule: asText(schedule), period: each, mode: known }];
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}
