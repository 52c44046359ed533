import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { assertTerminus } from '../health/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import type { LeaseStore, Timer } from '../lease/index.js';
import { Replica } from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

/** An app may set up its shutdown hooks after it listens; by then it has, ms. */
const GRACE = 10_000;

/** Says at boot, or shortly after, what would else be found out at the first probe or the first shutdown. */
@Injectable()
export class BootChecks implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  #timer: Timer | undefined;

  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(LEASE_STORE) private readonly store: LeaseStore,
    @Inject(Replica) private readonly replica: Replica,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  /** @throws MissingPackageError if there are health routes, and nothing to answer them with */
  async onModuleInit(): Promise<void> {
    if (this.options.health.controller && hasRoutes(this.http)) await assertTerminus();
  }

  onApplicationBootstrap(): void {
    const { options, replica, store } = this;
    if (!options.enabled) {
      openLog(options).log(
        'This replica does not campaign (enabled: false): it runs no job, and leaves all to others',
      );
      return;
    }
    if (store.shared && replica.keys().length > 0)
      this.#timer = options.clock.setTimeout(() => this.#checkHooks(), GRACE);
  }

  onModuleDestroy(): void {
    this.#timer?.cancel();
  }

  /** Whoever listens to the signal is taken to close the app. Without a listener, Node ends the process before anything is handed over. */
  #checkHooks(): void {
    if (process.listenerCount('SIGTERM') > 0) return;
    openLog(this.options).warn(
      'Nothing listens to SIGTERM: a replica that is stopped hands nothing over, and its jobs rest until its leases expire ' +
        `(up to ${this.options.lease.ttl} ms). Call app.enableShutdownHooks() in main.ts`,
    );
  }
}

/** Neither a context without HTTP nor the placeholder that Nest has in place of an adapter has routes. */
function hasRoutes({ httpAdapter }: HttpAdapterHost): boolean {
  const adapter = httpAdapter as { getType?(): string } | null | undefined;
  return adapter !== null && adapter !== undefined && adapter.getType?.() !== '';
}
