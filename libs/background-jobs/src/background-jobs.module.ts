import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { callSite } from 'nestjs-background-http-kit';
import { BackgroundJobsCoreModule, type BackgroundJobsAsyncOptions } from './background-jobs-core.module.js';
import { JobsLifecycle } from './lifecycle.js';
import type { BackgroundJobsOptions } from './options/index.js';
import { OneRegistration, REGISTRATION, type Registration } from './registration.js';

/**
 * Background jobs: submitted now, worked off by whichever replica, with their progress for everybody to see. Import it once, last in the root
 * module: this outer module is not global, so that jobs are drained before what they use is destroyed.
 */
@Module({ providers: [OneRegistration, JobsLifecycle] })
export class BackgroundJobsModule {
  static forRoot(options: BackgroundJobsOptions = {}): DynamicModule {
    return register(BackgroundJobsCoreModule.forRoot(options), { place: callSite() });
  }

  static forRootAsync(options: BackgroundJobsAsyncOptions): DynamicModule {
    return register(BackgroundJobsCoreModule.forRootAsync(options), { place: callSite() });
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

function register(core: DynamicModule, registration: Registration): DynamicModule {
  const providers = [{ provide: REGISTRATION, useValue: registration }];
  return { module: BackgroundJobsModule, imports: [core], providers };
}

@Module({})
class BackgroundJobsFeatureModule {}
