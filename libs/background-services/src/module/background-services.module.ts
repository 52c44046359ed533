import { type DynamicModule, Inject, Module, Optional } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { BackgroundServicesCoreModule } from './background-services-core.module.js';
import { UnconfiguredModuleError } from '../errors/index.js';
import { callSite } from '../kit/index.js';
import { runHooksOutermost } from './hook-order.js';
import { Lifecycle } from './lifecycle.js';
import type { BackgroundServicesAsyncOptions, BackgroundServicesOptions } from '../options/options.js';
import { REGISTRATION, type Registration } from './registration.js';

/**
 * Runs the scheduled methods of `@LeaderElected` providers on the one replica that holds their lease.
 *
 * Import it once, in the root module. It is two modules: the core is global and offers the manager and the health indicator everywhere;
 * this outer one holds the lifecycle and is not global, so that workers start after, and drain before, everything that they use.
 */
@Module({})
export class BackgroundServicesModule {
  /** @internal Made by Nest. */
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Optional() @Inject(REGISTRATION) registration: Registration | undefined,
  ) {
    if (!registration) throw new UnconfiguredModuleError();
    runHooksOutermost(BackgroundServicesModule, modules);
  }

  /** @throws InvalidOptionsError at boot, with every wrong option */
  static forRoot(options?: BackgroundServicesOptions): DynamicModule {
    return register(BackgroundServicesCoreModule.forRoot(options), { place: callSite() });
  }

  /** The same with options that are made from other providers. @throws InvalidOptionsError at boot, with every wrong option */
  static forRootAsync(options: BackgroundServicesAsyncOptions): DynamicModule {
    const registration = { place: callSite() };
    return register(BackgroundServicesCoreModule.forRootAsync(options), registration);
  }
}

function register(core: DynamicModule, registration: Registration): DynamicModule {
  return {
    module: BackgroundServicesModule,
    imports: [DiscoveryModule, core],
    providers: [Lifecycle, { provide: REGISTRATION, useValue: registration }],
  };
}
