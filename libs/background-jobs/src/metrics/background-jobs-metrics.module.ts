import {
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { register, type Registry } from 'prom-client';
import { JobObservers, JobRegistry } from '../index.js';
import { instrumentsOf, observeJobs, startAtZero } from './observe-jobs.js';

/** Options of `BackgroundJobsMetricsModule`. */
export interface BackgroundJobsMetricsOptions {
  /** Where the metrics go. @default prom-client's global `register` */
  readonly registry?: Registry;
  /** Goes before each name. @default '' */
  readonly prefix?: string;
}

const OPTIONS = Symbol('nestjs-background-jobs:metrics');

@Injectable()
class JobsMetrics implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #end: () => void;

  constructor(
    @Inject(JobObservers) observers: JobObservers,
    @Inject(JobRegistry) private readonly jobs: JobRegistry,
    @Inject(OPTIONS) private readonly options: BackgroundJobsMetricsOptions,
  ) {
    this.#end = observers.add(observeJobs(this.#instruments));
  }

  /** Types are known once all modules are. */
  onApplicationBootstrap(): void {
    startAtZero(this.#instruments, this.jobs.types);
  }

  onModuleDestroy(): void {
    this.#end();
  }

  get #instruments() {
    const { registry = register, prefix = '' } = this.options;
    return instrumentsOf(registry, prefix);
  }
}

/** Shows the app's jobs in a registry of prom-client. It makes no route: serve `registry.metrics()` where you serve your own. */
@Module({})
export class BackgroundJobsMetricsModule {
  static forRoot(options: BackgroundJobsMetricsOptions = {}): DynamicModule {
    return {
      module: BackgroundJobsMetricsModule,
      providers: [{ provide: OPTIONS, useValue: options }, JobsMetrics],
    };
  }
}
