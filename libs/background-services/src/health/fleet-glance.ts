import { inBackground } from '../kit/index.js';
import type { FleetStatus } from '../fleet/index.js';
import type { Clock } from '../lease/index.js';

/** The fleet in the health body, as this replica read it last. It does not change the verdict, which is this replica's. */
export interface FleetHealth {
  /** ISO 8601. */
  readonly asOf: string;
  /** How long ago that was, ms; `null`: the fleet could not be read yet, and this is what this replica knows of itself. */
  readonly ageMs: number | null;
  /** `false`: it is older than two readings, or the store does not answer. */
  readonly current: boolean;
  readonly counts: FleetCounts;
  /** Instance ids; the first few of many. */
  readonly replicas: readonly string[];
  /** Instance id by key. Not in a summary. */
  readonly leaders?: Readonly<Record<string, string | null>>;
  /** The first few of many. */
  readonly warnings: readonly FleetWarningHealth[];
}

/** One of the fleet's warnings, as the health body shows it: which kind, and about what. */
export interface FleetWarningHealth {
  readonly kind: string;
  readonly key?: string;
  readonly worker?: string;
  /** Whose store it is about; the first few. */
  readonly replicas?: readonly string[];
}

/** How large the fleet is, and how much of it needs somebody to look. */
export interface FleetCounts {
  readonly replicas: number;
  readonly keys: number;
  /** Keys that somebody leads. */
  readonly led: number;
  readonly warnings: number;
}

/** Nobody has asked for this long: the fleet is not read any more, ms. */
const ATTENTION = 300_000;
/** A larger fleet costs too many commands to be read for whoever might ask. */
const MOST_KEYS = 100;
const MOST_SHOWN = 20;

export interface FleetGlanceContext {
  readonly fleet: Pick<FleetStatus, 'latest' | 'latestAge' | 'view'>;
  readonly clock: Clock;
  /** How often the fleet is read, ms. */
  readonly interval: number;
  /** How many keys this replica has workers of. */
  readonly keys: () => number;
}

/**
 * What health says of the fleet. No request reads the store: while anybody asks for health, however often, the fleet is read along with
 * renewals, once per interval, and not at all if it is so large that reading it would cost more than it tells.
 */
export class FleetGlance {
  #askedAt = -Infinity;
  #readAt = -Infinity;

  constructor(private readonly context: FleetGlanceContext) {}

  /** Something is being sent to the store in this tick. */
  onBeat(): void {
    const { fleet, clock, interval, keys } = this.context;
    const now = clock.monotonic();
    if (now - this.#askedAt > ATTENTION || now - this.#readAt < interval) return;
    if (Math.max(keys(), fleet.latest?.keys.length ?? 0) > MOST_KEYS) return;
    this.#readAt = now;
    inBackground(fleet.view());
  }

  /** The fleet as it was read last, by whomever. */
  look({
    isSummary,
    storeAnswers,
  }: {
    readonly isSummary: boolean;
    readonly storeAnswers: boolean;
  }): FleetHealth | undefined {
    const { fleet, clock, interval } = this.context;
    this.#askedAt = clock.monotonic();
    const { latest, latestAge } = fleet;
    if (!latest) return undefined;
    const { replicas, keys, warnings } = latest;
    return {
      asOf: latest.asOf.toISOString(),
      ageMs: latestAge === undefined ? null : Math.round(latestAge),
      current: latest.current && storeAnswers && (latestAge ?? Infinity) <= 2 * interval,
      counts: {
        replicas: replicas.length,
        keys: keys.length,
        led: keys.filter(({ state }) => state === 'led').length,
        warnings: warnings.length,
      },
      replicas: replicas.slice(0, MOST_KEYS).map(({ id }) => id),
      ...(isSummary ? {} : { leaders: Object.fromEntries(keys.map(({ key, leader }) => [key, leader])) }),
      warnings: warnings
        .slice(0, isSummary ? MOST_SHOWN : MOST_KEYS)
        .map(({ kind, key, worker, replicas: whose }) => ({
          kind,
          ...(key === undefined ? {} : { key }),
          ...(worker === undefined ? {} : { worker }),
          ...(whose ? { replicas: whose.slice(0, MOST_SHOWN) } : {}),
        })),
    };
  }
}
