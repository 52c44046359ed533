import type { SchedulerRegistry } from '@nestjs/schedule';
import type { FoundWorker } from '../../discovery/index.js';
import type { LineLogger } from '../../logs/index.js';
import type { BackgroundServiceManager } from '../background-service-manager.js';
import { AddedJobs, type ElectedClass } from './added-jobs.js';
import { ElectedEntries } from './elected-entries.js';

/** Between this app's workers and the registry in which @nestjs/schedule keeps its jobs. Made before any `onModuleInit` adds a job. */
export class ScheduleRegistryBridge {
  readonly #entries: ElectedEntries;
  readonly #added: AddedJobs;

  constructor(
    registry: SchedulerRegistry,
    manager: BackgroundServiceManager,
    logger: LineLogger,
    now: () => number,
  ) {
    this.#entries = new ElectedEntries(registry, manager, now);
    this.#added = new AddedJobs(registry, logger);
  }

  /** Lists elected workers that have a schedule decorator in the registry. @throws if a job of that name is there */
  enlist(found: readonly FoundWorker[]): void {
    for (const { definition, service } of found) if (!service) this.#entries.add(definition);
    this.#added.judge(
      found.flatMap(({ definition: { key }, provider, electedClass }): readonly ElectedClass[] =>
        electedClass === undefined ? [] : [{ name: electedClass, key, instance: provider }],
      ),
    );
  }

  /** Before @nestjs/schedule clears the registry: the workers are drained by the manager. */
  withdraw(): void {
    this.#entries.clear();
  }
}
