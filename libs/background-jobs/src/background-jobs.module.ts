import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { BackgroundJobsCoreModule, type BackgroundJobsAsyncOptions } from './background-jobs-core.module.js';
import { JobsLifecycle } from './lifecycle.js';
import type { BackgroundJobsOptions } from './options.js';

/**
 * Background jobs: submitted now, worked off by whichever replica, with their progress for everybody to see. Import it once, last in the root
 * module: this outer module is not global, so that jobs are drained before what they use is destroyed.
 */
@Module({ providers: [JobsLifecycle] })
export class BackgroundJobsModule {
  static forRoot(options: BackgroundJobsOptions = {}): DynamicModule {
    return { module: BackgroundJobsModule, imports: [BackgroundJobsCoreModule.forRoot(options)] };
  }

  static forRootAsync(options: BackgroundJobsAsyncOptions): DynamicModule {
    return { module: BackgroundJobsModule, imports: [BackgroundJobsCoreModule.forRootAsync(options)] };
  }

  /**
   * Provides classes with `@BackgroundJob`. Those in the `providers` of a module of yours are found without it.
   * @param imports modules of what the classes inject
   */
  static forFeature(
    jobs: readonly Type[],
    imports: NonNullable<DynamicModule['imports']> = [],
  ): DynamicModule {
    return { module: BackgroundJobsFeatureModule, imports, providers: [...jobs], exports: [...jobs] };
  }
}

@Module({})
class BackgroundJobsFeatureModule {}
