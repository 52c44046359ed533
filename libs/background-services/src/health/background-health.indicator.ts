import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { HealthDetail } from './detail.js';
import {
  type ExtensionVerdict,
  extensionVerdicts,
  type HealthDetails,
  healthDetails,
  type HealthSources,
} from './health-details.js';
import { Memo } from './memo.js';
import type { TerminusServices } from './terminus.js';
import { judge } from './verdict.js';
import { type WorkerHealth, workerHealth } from './worker-health.js';

/** Terminus knows `degraded` from 12 on. */
interface MildCheck<Key extends string> {
  up(details: object): HealthIndicatorResult<Key>;
  degraded?(details: object): HealthIndicatorResult<Key>;
}

/**
 * Health of the workers on this replica, for Terminus. It speaks of what this replica leads; a standby is healthy. Asking for it costs the
 * store nothing, and this replica no more than one look a second.
 *
 * Do not use it for liveness: a sick worker is no reason to restart the process, and a restart moves the leadership about.
 */
export class BackgroundHealthIndicator {
  readonly #memos: Readonly<Record<HealthDetail | 'fitting', Memo<HealthDetails>>>;

  /** @internal Made by the module. */
  constructor(
    private readonly terminus: { services(): Promise<Pick<TerminusServices, 'indicators'>> },
    private readonly sources: HealthSources,
  ) {
    const memo = (detail?: HealthDetail) =>
      new Memo(sources.clock, () => healthDetails(this.sources, detail));
    this.#memos = { fitting: memo(), summary: memo('summary'), full: memo('full') };
  }

  /**
   * `up` if no worker that this replica leads and no extension is degraded and the lease store answers, else `down`; with
   * `failOnDegraded: false` it is `degraded` where Terminus knows that (12 and later), else `up`. It is at most a second old.
   * @param key the name in the health body
   * @param detail whether every worker is listed; not given, they are up to `health.detailLimit` of them
   */
  async isHealthy<Key extends string = 'background'>(
    key = 'background' as Key,
    detail?: HealthDetail,
  ): Promise<HealthIndicatorResult<Key>> {
    const { indicators } = await this.terminus.services();
    const details = { ...this.details(detail) };
    const check = indicators.check(key);
    if (details.degraded.length === 0) return check.up(details);
    if (this.sources.options.failOnDegraded) return check.down(details);
    const mild = check as unknown as MildCheck<Key>;
    return mild.degraded?.(details) ?? mild.up(details);
  }

  /** @internal What the health body says; the same object to whoever asks within a second. */
  details(detail?: HealthDetail): HealthDetails {
    return this.#memos[detail ?? 'fitting'].get();
  }

  /** The workers of this replica by name as of now, as the full health body shows them. */
  workers(): Readonly<Record<string, WorkerHealth>> {
    const { manager, options, clock } = this.sources;
    const now = clock.wall();
    return Object.fromEntries(
      manager
        .list()
        .map((worker) => [
          worker.name,
          workerHealth(worker, judge(worker, options.maxErrorRate, now), options),
        ]),
    );
  }

  /** What else works in the background of this replica, by name. */
  extensions(): Readonly<Record<string, ExtensionVerdict>> {
    return extensionVerdicts(this.sources.extensions);
  }
}
