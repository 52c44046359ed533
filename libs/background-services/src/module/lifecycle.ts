import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { assertScheduleMetadata, WorkerExplorer } from '../discovery/index.js';
import { FleetAgent } from '../fleet/index.js';
import { ReadinessCheck } from '../health/index.js';
import type { LeaseStore } from '../lease/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import {
  attachService,
  BackgroundServiceManager,
  Campaigns,
  ScheduleRegistryBridge,
} from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { assertRegisteredOnce } from './registration.js';
import { Rehearsal } from './rehearsal.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ties the workers to the app's life: found at init, campaigning from bootstrap on, drained before anything is destroyed. */
@Injectable()
export class Lifecycle implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #rehearsal: Rehearsal;
  readonly #bridge: ScheduleRegistryBridge | undefined;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(BackgroundServiceManager) private readonly manager: BackgroundServiceManager,
    @Inject(Campaigns) private readonly campaigns: Campaigns,
    @Inject(FleetAgent) private readonly fleet: FleetAgent,
    @Inject(ReadinessCheck) private readonly readiness: ReadinessCheck,
    @Inject(RESOLVED_OPTIONS) options: ResolvedOptions,
    @Inject(LEASE_STORE) store: LeaseStore,
    @Optional() @Inject(SchedulerRegistry) registry?: SchedulerRegistry,
  ) {
    this.#rehearsal = new Rehearsal(campaigns, options, store);
    // Tests of an app may put something else in its place.
    if (registry instanceof SchedulerRegistry)
      this.#bridge = new ScheduleRegistryBridge(registry, manager, openLog(options), () =>
        options.clock.wall(),
      );
  }

  onModuleInit(): void {
    assertRegisteredOnce(this.modules);
    assertScheduleMetadata();
    const found = new WorkerExplorer(this.discovery).explore();
    for (const { definition, service } of found) {
      this.campaigns.add(definition);
      if (service) attachService(service, definition.name, this.campaigns);
    }
    this.#bridge?.enlist(found);
  }

  /** Begins to campaign. Never waits for leadership: a standby boots like a leader, and a signal during boot is obeyed. */
  onApplicationBootstrap(): void {
    // An app that was closed while it booted goes on booting.
    this.readiness.isReady = this.campaigns.begin();
    if (!this.readiness.isReady) return;
    this.fleet.start();
    this.#rehearsal.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.readiness.isReady = false;
    this.#rehearsal.close();
    this.#bridge?.withdraw();
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
