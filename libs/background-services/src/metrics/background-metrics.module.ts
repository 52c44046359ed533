import { type DynamicModule, Inject, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { register, type Registry } from 'prom-client';
import { BackgroundEvents, type Subscription } from '../events/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import { registerMetrics } from './register-metrics.js';

/** Options of `BackgroundMetricsModule`. */
export interface BackgroundMetricsOptions {
  /** Where the metrics go. @default prom-client's global `register` */
  readonly registry?: Registry;
  /** Goes before each name. @default '' */
  readonly prefix?: string;
}

const OPTIONS = Symbol('nestjs-background-services:metrics');

@Injectable()
class MetricsRegistration implements OnModuleDestroy {
  readonly #end: Subscription;

  constructor(
    @Inject(BackgroundServiceManager) manager: BackgroundServiceManager,
    @Inject(BackgroundEvents) events: BackgroundEvents,
    @Inject(OPTIONS) { registry = register, prefix = '' }: BackgroundMetricsOptions,
  ) {
    this.#end = registerMetrics({ registry, prefix, manager, events });
  }

  onModuleDestroy(): void {
    this.#end();
  }
}

/** Shows the app's workers in a registry of prom-client. It makes no route: serve `registry.metrics()` where you serve your own. */
@Module({})
export class BackgroundMetricsModule {
  static forRoot(options: BackgroundMetricsOptions = {}): DynamicModule {
    return {
      module: BackgroundMetricsModule,
      providers: [{ provide: OPTIONS, useValue: options }, MetricsRegistration],
    };
  }
}
