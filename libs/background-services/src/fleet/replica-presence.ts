import { cut } from '../errors/index.js';
import type { WorkerMode, WorkerOutline } from '../workers/index.js';
import type { PlacementStatus } from '../placement/index.js';
import { boundedJson } from './bounded-json.js';

/** What one replica tells the others of itself, again and again while it is there. */
export interface ReplicaPresence {
  readonly id: string;
  /** When a leader wrote it, of the store's clock, ms since the epoch; others do not know that clock. */
  readonly at?: number;
  readonly host: string;
  readonly pid: number;
  /** Of the app's choice (`fleet.version`); `null`: none given. */
  readonly version: string | null;
  readonly node: string;
  /** Milliseconds since the boot. */
  readonly uptime: number;
  /** The event loop's longest lag since it was told last, ms. */
  readonly eventLoopLag: number;
  /** Whether it campaigns at all. */
  readonly enabled: boolean;
  /** How it takes part in placement; not given by those who do not know of it. */
  readonly placement?: PlacementStatus;
  /** What extensions of the app say of themselves, by name. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** What is wrong with its lease store. */
  readonly troubles: readonly PresenceTrouble[];
  readonly terms: readonly PresenceTerm[];
  /** Where it names a catalogue, those of the catalogue: one list for all replicas that name the same. */
  readonly workers: readonly WorkerOutline[];
  /** The hash of the catalogue that has its workers, where they are too many for the presence itself. */
  readonly catalogue?: string;
  /** Of workers of the catalogue that are not started on this replica, by name. */
  readonly modes?: ReadonlyMap<string, WorkerMode>;
  /** As it is posted: their places in the catalogue. */
  readonly exceptions?: ModeExceptions;
  /** What did not fit into the presence, e.g. `extensions.jobs`. */
  readonly cut?: readonly string[];
}

/** Places of workers in a catalogue, by mode, e.g. `{ paused: '0-99,120' }`. */
export type ModeExceptions = Readonly<Partial<Record<WorkerMode, string>>>;

export interface PresenceTrouble {
  /** `store-fault`: leases are refused, or not answered for. `store-warning`: the store works, and not as it should. */
  readonly kind: 'store-fault' | 'store-warning';
  /** What is wrong, and what to do about it. */
  readonly message: string;
  /** For how long, ms. */
  readonly age: number;
}

export interface PresenceTerm {
  readonly key: string;
  readonly token: number;
  /** Of the store's clock, ms since the epoch. */
  readonly since: number;
}

/** What is read of one presence is bounded: others can write to the store, too. */
const MOST_ENTRIES = 20_000;
const LONGEST_NAME = 512;
const LONGEST_MESSAGE = 1_200;
const MOST_TROUBLES = 25;
const MOST_CUTS = 50;
/** The largest time that a Date can hold, and more than any duration, ms. */
const LAST_TIME = 8.64e15;

/**
 * Reads a presence; what is not one (it lives in a store that others can write to) reads as none. What is too deep or too large in it is left out.
 * @param tell told of what an extension has lost
 */
export function decodePresence(
  id: string,
  text: string,
  tell: (what: string) => void = () => undefined,
): ReplicaPresence | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof ReplicaPresence, unknown>> | null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return {
      id,
      ...(asNumber(value.at) > 0 ? { at: asNumber(value.at) } : {}),
      host: asText(value.host),
      pid: asNumber(value.pid),
      version: typeof value.version === 'string' ? asText(value.version) : null,
      node: asText(value.node),
      uptime: asNumber(value.uptime),
      eventLoopLag: asNumber(value.eventLoopLag),
      enabled: value.enabled !== false,
      ...asPlacement(value.placement),
      extensions: asExtensions(value.extensions, tell),
      troubles: asList(value.troubles).slice(0, MOST_TROUBLES).flatMap(asTrouble),
      terms: asList(value.terms).flatMap(asTerm),
      workers: asList(value.workers).flatMap(asWorker),
      ...(isName(value.catalogue) ? { catalogue: value.catalogue } : {}),
      ...(value.exceptions === undefined ? {} : { exceptions: asExceptions(value.exceptions) }),
      ...(value.cut === undefined ? {} : { cut: asList(value.cut).filter(isName).slice(0, MOST_CUTS) }),
    };
  } catch {
    return undefined;
  }
}

const MODES: readonly unknown[] = ['started', 'paused', 'stopped'] satisfies WorkerMode[];

function asPlacement(value: unknown): Pick<ReplicaPresence, 'placement'> {
  if (typeof value !== 'object' || value === null) return {};
  const { cordoned, capacity, moving } = value as Partial<Record<keyof PlacementStatus, unknown>>;
  return {
    placement: { cordoned: cordoned === true, capacity: asNumber(capacity), moving: asNumber(moving) },
  };
}

function asTrouble(value: unknown): readonly PresenceTrouble[] {
  const { kind, message, age } = (value ?? {}) as Partial<Record<keyof PresenceTrouble, unknown>>;
  if (typeof message !== 'string' || (kind !== 'store-fault' && kind !== 'store-warning')) return [];
  return [{ kind, message: cut(message, LONGEST_MESSAGE), age: asNumber(age) }];
}

function asTerm(value: unknown): readonly PresenceTerm[] {
  const { key, token, since } = (value ?? {}) as Partial<Record<keyof PresenceTerm, unknown>>;
  return isName(key) ? [{ key, token: asNumber(token), since: asNumber(since) }] : [];
}

function asWorker(value: unknown): readonly WorkerOutline[] {
  const { name, key, schedule, period, mode } = (value ?? {}) as Partial<
    Record<keyof WorkerOutline, unknown>
  >;
  if (typeof name !== 'string' || name.length > LONGEST_NAME || !isName(key)) return [];
  const known = MODES.includes(mode) ? (mode as WorkerMode) : 'started';
  return [{ name, key, schedule: asText(schedule), period: asNumber(period) || undefined, mode: known }];
}

function asExceptions(value: unknown): ModeExceptions {
  const found = Object(value) as Partial<Record<WorkerMode, unknown>>;
  const places = ([mode, text]: readonly [string, unknown]) =>
    MODES.includes(mode) && typeof text === 'string' ? [[mode, text] as const] : [];
  return Object.fromEntries(Object.entries(found).flatMap(places));
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : [];
}

function asExtensions(value: unknown, tell: (what: string) => void): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const whole = boundedJson(value);
  if (whole !== undefined) return whole as Readonly<Record<string, unknown>>;
  tell('what its extensions say is too deep or too large to be shown');
  return {};
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? cut(value, LONGEST_NAME) : '';
}

function asNumber(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= LAST_TIME ? value : 0;
}
