import type { BackgroundExtensions } from '../extensions/index.js';
import type { Clock } from '../lease/index.js';
import type { StoreWatch } from '../leadership/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import type { HealthDetail } from './detail.js';
import type { FleetGlance, FleetHealth } from './fleet-glance.js';
import type { HealthOptions } from './health-options.js';
import { type StoreHealth, storeHealth } from './store-health.js';
import { judge, type Verdict } from './verdict.js';
import { type WorkerHealth, workerHealth } from './worker-health.js';

/** Other background work of this replica in the health body: what it says of itself goes beside the verdict. */
export interface ExtensionVerdict extends Readonly<Record<string, unknown>> {
  readonly status: Extract<Verdict, 'healthy' | 'degraded'>;
  /** Why it is degraded. */
  readonly reasons?: readonly string[];
}

/** How many workers of this replica there are, and how they are. */
export interface VerdictCounts extends Readonly<Record<Verdict, number>> {
  readonly total: number;
}

/** What health says of this replica. */
export interface HealthDetails {
  readonly instanceId: string;
  /** Whether every worker is listed, or those that are degraded alone. */
  readonly detail: HealthDetail;
  readonly counts: VerdictCounts;
  /** Names of the workers and extensions that are degraded, and `lease store`; the first few of many in a summary. */
  readonly degraded: readonly string[];
  readonly workers: Readonly<Record<string, WorkerHealth>>;
  readonly extensions?: Readonly<Record<string, ExtensionVerdict>>;
  readonly store: StoreHealth;
  readonly fleet?: FleetHealth;
}

/** A summary names this many. */
const MOST_SHOWN = 20;
/** In the list of what is degraded. */
const STORE = 'lease store';

export interface HealthSources {
  readonly manager: BackgroundServiceManager;
  readonly extensions: BackgroundExtensions;
  readonly glance: FleetGlance | undefined;
  readonly store: { readonly name: string; readonly watch: StoreWatch };
  readonly clock: Clock;
  readonly options: HealthOptions;
}

/** Looks at everything that health speaks of, as of now. Asks nobody: neither the store nor another replica. */
export function healthDetails(sources: HealthSources, asked: HealthDetail | undefined): HealthDetails {
  const { manager, glance, options, clock } = sources;
  const all = manager.list();
  const detail = asked ?? (all.length > options.detailLimit ? 'summary' : 'full');
  const counts = { total: all.length, healthy: 0, degraded: 0, standby: 0, disabled: 0 };
  const workers: [string, WorkerHealth][] = [];
  const sick: string[] = [];
  const now = clock.wall();
  for (const worker of all) {
    const judgement = judge(worker, options.maxErrorRate, now);
    counts[judgement.status]++;
    const isSick = judgement.status === 'degraded';
    if (isSick) sick.push(worker.name);
    if (detail === 'full' || (isSick && workers.length < MOST_SHOWN))
      workers.push([worker.name, workerHealth(worker, judgement, options)]);
  }
  const extensions = extensionVerdicts(sources.extensions);
  const store = storeHealth(sources.store.name, sources.store.watch, options);
  const degraded = [
    ...(store.isDegraded ? [STORE] : []),
    ...sick,
    ...Object.keys(extensions).filter((name) => extensions[name]?.status === 'degraded'),
  ];
  const fleet = glance?.look({
    isSummary: detail === 'summary',
    storeAnswers: store.facts.state === 'reachable',
  });
  return {
    instanceId: manager.instanceId,
    detail,
    counts,
    degraded: detail === 'full' ? degraded : degraded.slice(0, MOST_SHOWN),
    workers: Object.fromEntries(workers),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    store: store.facts,
    ...(fleet ? { fleet } : {}),
  };
}

/** What else works in the background of this replica, by name. */
export function extensionVerdicts(ofApp: BackgroundExtensions): Readonly<Record<string, ExtensionVerdict>> {
  const verdicts = Object.entries(ofApp.health()).map(([name, { reasons, details }]) => {
    const isDegraded = reasons.length > 0;
    return [
      name,
      { ...details, status: isDegraded ? 'degraded' : 'healthy', ...(isDegraded ? { reasons } : {}) },
    ] as const;
  });
  return Object.fromEntries(verdicts);
}
