import { type DynamicModule, Global, Logger, Module, type Provider, type Type } from '@nestjs/common';
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HTTP_PROVIDERS, HTTP_SURFACE, type HttpSurface } from 'nestjs-background-services/http';
import { BullMqEngine, InProcessEngine, type JobEngine } from './engine/index.js';
import { JobExecutor, Limiter } from './execution/index.js';
import {
  Bodies,
  createJobControllers,
  JobAnswers,
  type JobControllers,
  JobStreams,
  mountJobs,
  PROBLEMS,
  RequestBody,
} from './http/index.js';
import { JobOperation } from './operation/index.js';
import { type BackgroundJobsOptions, resolveOptions, type ResolvedOptions } from './options.js';
import { BackgroundJobs, JobFollowers, JobObservers, JobRegistry } from './service/index.js';
import { FileJobStore, type JobStore, MemoryJobStore, RedisJobStore } from './store/index.js';
import { JOB_ENGINE, JOB_STORE, RESOLVED_OPTIONS } from './tokens.js';

const definition = new ConfigurableModuleBuilder<BackgroundJobsOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createBackgroundJobsOptions')
  .build();
const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = definition;

export type BackgroundJobsAsyncOptions = typeof definition.ASYNC_OPTIONS_TYPE;

/** The context of log lines. */
const NAME = 'BackgroundJobs';

/** The global half: `BackgroundJobs`, to be injected anywhere, and the routes. Imported through `BackgroundJobsModule` only. */
@Global()
@Module({ imports: [DiscoveryModule] })
export class BackgroundJobsCoreModule extends ConfigurableModuleClass {
  static override forRoot(options: BackgroundJobsOptions): DynamicModule {
    return complete(super.forRoot(options));
  }

  static override forRootAsync(options: BackgroundJobsAsyncOptions): DynamicModule {
    return complete(super.forRootAsync(options));
  }
}

function complete(definition: DynamicModule): DynamicModule {
  const controllers = createJobControllers();
  return {
    ...definition,
    controllers: Object.values<Type>({ ...controllers }),
    providers: [
      ...(definition.providers ?? []),
      optionsProvider(controllers),
      ...HTTP_PROVIDERS,
      surfaceProvider,
      storeProvider,
      engineProvider,
      JobRegistry,
      { provide: JobObservers, useFactory: () => new JobObservers() },
      followersProvider,
      executorProvider,
      jobsProvider,
      JobOperation,
      JobStreams,
      RequestBody,
      JobAnswers,
      Bodies,
    ],
    exports: [
      BackgroundJobs,
      JobAnswers,
      JobObservers,
      JobRegistry,
      JobExecutor,
      JobFollowers,
      JobOperation,
      JOB_STORE,
      JOB_ENGINE,
      RESOLVED_OPTIONS,
    ],
  };
}

/** Providers are made before routes are registered, so whoever makes the options mounts the controllers, too. */
function optionsProvider(controllers: JobControllers): Provider {
  return {
    provide: RESOLVED_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: async (options: BackgroundJobsOptions): Promise<ResolvedOptions> => {
      const resolved = resolveOptions(options);
      await mountJobs(controllers, resolved.http);
      return resolved;
    },
  };
}

const surfaceProvider: Provider = {
  provide: HTTP_SURFACE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ http }: ResolvedOptions): HttpSurface => ({
    name: NAME,
    guards: http?.guards,
    problems: PROBLEMS,
  }),
};

const storeProvider: Provider = {
  provide: JOB_STORE,
  inject: [RESOLVED_OPTIONS],
  useFactory: async ({ redis, prefix, file, retention, clock }: ResolvedOptions): Promise<JobStore> => {
    if (redis !== undefined) return RedisJobStore.open({ redis, prefix, retention, onError: complain() });
    const now = () => clock.wall();
    return file === undefined ? new MemoryJobStore(retention, now) : FileJobStore.open(file, retention, now);
  },
};

const engineProvider: Provider = {
  provide: JOB_ENGINE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ redis, prefix, clock }: ResolvedOptions): Promise<JobEngine> | JobEngine =>
    redis === undefined
      ? new InProcessEngine((callback, delay) => void clock.setTimeout(callback, delay))
      : BullMqEngine.open({ redis, prefix, onError: complain() }),
};

const followersProvider: Provider = {
  provide: JobFollowers,
  inject: [JOB_STORE, RESOLVED_OPTIONS],
  useFactory: (store: JobStore, { clock }: ResolvedOptions) => new JobFollowers(store, clock),
};

const executorProvider: Provider = {
  provide: JobExecutor,
  inject: [JOB_STORE, JobRegistry, JobObservers, RESOLVED_OPTIONS],
  useFactory: (
    store: JobStore,
    registry: JobRegistry,
    observer: JobObservers,
    { clock, random, itemConcurrency }: ResolvedOptions,
  ) =>
    new JobExecutor({
      ...{ store, observer, clock, random, find: (type) => registry.find(type) },
      places: new Limiter(itemConcurrency),
    }),
};

const jobsProvider: Provider = {
  provide: BackgroundJobs,
  inject: [JOB_STORE, JOB_ENGINE, JobRegistry, JobObservers, JobFollowers, RESOLVED_OPTIONS],
  useFactory: (
    store: JobStore,
    engine: JobEngine,
    registry: JobRegistry,
    observers: JobObservers,
    followers: JobFollowers,
    { retention, clock, random }: ResolvedOptions,
  ) => new BackgroundJobs({ store, engine, registry, observers, followers, retention, clock, random }),
};

/** One line when a connection begins to fail, not one for each try to come back. */
function complain(): (error: Error) => void {
  const logger = new Logger(NAME);
  let last = '';
  return ({ message }) => {
    if (message !== last) logger.warn(`Redis: ${message}`);
    last = message;
  };
}
