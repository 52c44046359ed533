import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { BackgroundServicesCoreModule } from './background-services-core.module.js';
import { runHooksOutermost } from './hook-order.js';
import { Lifecycle } from './lifecycle.js';
import type { BackgroundServicesAsyncOptions, BackgroundServicesOptions } from './options.js';
import { callSite, REGISTRATION, type Registration } from './registration.js';

/**
 * Runs the scheduled methods of `@LeaderElected` providers on the one replica that holds their lease.
 *
 * Import it once, in the root module. It is two modules: the core is global and offers the manager and the health indicator everywhere;
 * this outer one holds the lifecycle and is not global, so that workers start after, and drain before, everything that they use.
 */
@Module({ imports: [DiscoveryModule], providers: [Lifecycle] })
export class BackgroundServicesModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    runHooksOutermost(BackgroundServicesModule, modules);
  }

  static forRoot(options?: BackgroundServicesOptions): DynamicModule {
    return register(BackgroundServicesCoreModule.forRoot(options), { place: callSite() });
  }

  static forRootAsync(options: BackgroundServicesAsyncOptions): DynamicModule {
    const registration = { place: callSite() };
    return register(BackgroundServicesCoreModule.forRootAsync(options), registration);
  }
}

function register(core: DynamicModule, registration: Registration): DynamicModule {
  return {
    module: BackgroundServicesModule,
    imports: [core],
    providers: [{ provide: REGISTRATION, useValue: registration }],
  };
}
