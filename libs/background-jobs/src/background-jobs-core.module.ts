import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { ConfigurableModuleBuilder } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HTTP_PROVIDERS, HTTP_SURFACE, type HttpSurface } from 'nestjs-background-http-kit';
import { BullMqEngine } from './engine/bullmq/bullmq-engine.js';
import { InProcessEngine } from './engine/in-process/in-process-engine.js';
import type { JobEngine } from './engine/job-engine.js';
import { JobExecutor } from './execution/job-executor.js';
import { Limiter } from './execution/limiter.js';
import {
  Bodies,
  createJobControllers,
  JobAnswers,
  type JobControllers,
  JobStreams,
  LongPolls,
  mountJobs,
  PROBLEMS,
  RequestBody,
} from './http/index.js';
import { JobOperation } from './operation/job-operation.js';
import { type BackgroundJobsOptions, resolveOptions, type ResolvedOptions } from './options/index.js';
import { BackgroundJobs } from './service/background-jobs.js';
import { JobFollowers } from './service/job-followers.js';
import { JobObservers } from './service/job-observers.js';
import { JobRegistry } from './service/job-registry.js';
import { FileJobStore } from './store/file/file-job-store.js';
import type { JobStore } from './store/job-store.js';
import { MemoryJobStore } from './store/memory/memory-job-store.js';
import { optionNames } from './store/redis/redis-target.js';
import { RedisJobStore } from './store/redis/redis-job-store.js';
import { RedisWatch } from './store/redis/redis-watch.js';
import { JOB_ENGINE, JOB_STORE, RESOLVED_OPTIONS } from './tokens.js';

const definition = new ConfigurableModuleBuilder<BackgroundJobsOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createBackgroundJobsOptions')
  .build();
const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = definition;

export type BackgroundJobsAsyncOptions = typeof definition.ASYNC_OPTIONS_TYPE;

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
      watchProvider,
      storeProvider,
      engineProvider,
      JobRegistry,
      { provide: JobObservers, useFactory: () => new JobObservers() },
      followersProvider,
      executorProvider,
      jobsProvider,
      JobOperation,
      JobStreams,
      LongPolls,
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
      const { redis } = Object(options) as Partial<BackgroundJobsOptions>;
      const resolved = resolveOptions(options, redis === undefined ? [] : await optionNames());
      await mountJobs(controllers, resolved.http);
      return resolved;
    },
  };
}

const surfaceProvider: Provider = {
  provide: HTTP_SURFACE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ http }: ResolvedOptions): HttpSurface => ({
    name: 'BackgroundJobs',
    guards: http?.guards,
    problems: PROBLEMS,
  }),
};

/** One for all connections: what breaks them all is said once. Without Redis there is none. */
const watchProvider: Provider = {
  provide: RedisWatch,
  inject: [RESOLVED_OPTIONS],
  useFactory: async ({ redis, prefix, clock }: ResolvedOptions): Promise<RedisWatch | null> =>
    redis === undefined ? null : RedisWatch.of({ redis, prefix, clock }),
};

const storeProvider: Provider = {
  provide: JOB_STORE,
  inject: [RESOLVED_OPTIONS, RedisWatch],
  useFactory: async (
    { redis, prefix, file, retention, clock }: ResolvedOptions,
    watch: RedisWatch | null,
  ): Promise<JobStore> => {
    if (redis !== undefined && watch) return RedisJobStore.open({ redis, prefix, retention, clock, watch });
    return file === undefined
      ? new MemoryJobStore(retention, () => clock.wall())
      : FileJobStore.open(file, retention, clock);
  },
};

const engineProvider: Provider = {
  provide: JOB_ENGINE,
  // After the store: a boot that fails there leaves no queue open.
  inject: [RESOLVED_OPTIONS, RedisWatch, JOB_STORE],
  useFactory: (
    { redis, prefix, clock }: ResolvedOptions,
    watch: RedisWatch | null,
  ): Promise<JobEngine> | JobEngine =>
    redis !== undefined && watch
      ? BullMqEngine.open({ redis, prefix, clock, watch })
      : new InProcessEngine(clock),
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
