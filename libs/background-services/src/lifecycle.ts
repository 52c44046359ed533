import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { assertScheduleMetadata, WorkerExplorer } from './discovery/index.js';
import { describeError } from './errors/index.js';
import { FleetAgent } from './fleet/index.js';
import type { Readiness } from './health/index.js';
import { MemoryLeaseStore, systemClock, type Timer } from './lease/index.js';
import { BackgroundServiceManager, rehearse } from './manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from './options.js';
import { AppReadiness } from './readiness.js';
import { assertRegisteredOnce } from './registration.js';

/** After the boot, when nobody waits for anything, ms. */
const REHEARSAL_DELAY = 100;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ties the workers to the app's life: found at init, campaigning from bootstrap on, drained before anything is destroyed. */
@Injectable()
export class Lifecycle implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  #rehearsal: Timer | undefined;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(BackgroundServiceManager) private readonly manager: BackgroundServiceManager,
    @Inject(FleetAgent) private readonly fleet: FleetAgent,
    @Inject(AppReadiness) private readonly readiness: Readiness & { isReady: boolean },
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  onModuleInit(): void {
    assertRegisteredOnce(this.modules, Lifecycle);
    assertScheduleMetadata();
    for (const { definition, service } of new WorkerExplorer(this.discovery).explore()) {
      this.manager.add(definition, service);
    }
  }

  /** Begins to campaign. Never waits for leadership: a standby boots like a leader, and a signal during boot is obeyed. */
  onApplicationBootstrap(): void {
    // An app that was closed while it booted goes on booting.
    this.readiness.isReady = this.manager.begin();
    if (!this.readiness.isReady) return;
    this.fleet.start();
    if (handsOver(this.options))
      this.#rehearsal = systemClock.setTimeout(() => this.#rehearse(), REHEARSAL_DELAY);
  }

  /** Without it a hand-over is some milliseconds slower, and nothing else. */
  #rehearse(): void {
    rehearse(this.options.lease).catch((error: unknown) =>
      openLog(this.options).debug(`The rehearsal of a term failed: ${describeError(error).message}`),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.readiness.isReady = false;
    this.#rehearsal?.cancel();
    // Nest ignores a second signal while it shuts down. Whoever sends one does not want to wait for the drain. Only where the app
    // listens to signals at all: a listener of ours alone would keep the process from ending.
    const signals = SIGNALS.filter((signal) => process.listenerCount(signal) > 0);
    const cutShort = (signal: string) => this.manager.cutShutdownShort(signal);
    for (const signal of signals) process.on(signal, cutShort);
    try {
      await this.manager.shutdownAll();
    } finally {
      for (const signal of signals) process.off(signal, cutShort);
    }
  }
}

/** Whether there may be other replicas, in time as it passes. */
function handsOver({ enabled, redis, store, clock }: ResolvedOptions): boolean {
  const isShared = redis !== undefined || (store !== undefined && !(store instanceof MemoryLeaseStore));
  return enabled && isShared && clock === systemClock;
}
