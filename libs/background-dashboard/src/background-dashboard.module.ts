import { type DynamicModule, Logger, Module, type Provider } from '@nestjs/common';
import { ActGuard, ReadGuard } from './access/guards.js';
import { HostGuards } from './access/host-guards.js';
import { Identity } from './access/identity.js';
import { SameOriginGuard } from './access/same-origin.guard.js';
import { createActController } from './api/act.controller.js';
import { ProblemFilter } from './api/problem.filter.js';
import { createReadController } from './api/read.controller.js';
import { Replies } from './api/replies.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
} from './module-definition.js';
import { type DashboardControllers, mount } from './mount.js';
import { describeControllers } from './openapi/describe-controllers.js';
import { type BackgroundDashboardOptions, resolveOptions, type ResolvedOptions } from './options.js';
import { PageAssets } from './page/page-assets.js';
import { createPageController } from './page/page.controller.js';
import { FleetStream } from './stream/fleet-stream.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/**
 * A page and an API to watch and steer the background workers of the whole fleet, from any replica. Import it in the root module, beside
 * `BackgroundServicesModule`. Nothing is mounted unless a guard is configured.
 */
@Module({
  providers: [
    HostGuards,
    Identity,
    ReadGuard,
    ActGuard,
    SameOriginGuard,
    Replies,
    ProblemFilter,
    FleetStream,
  ],
})
export class BackgroundDashboardModule extends ConfigurableModuleClass {
  static override forRoot(options: BackgroundDashboardOptions = {}): DynamicModule {
    return withControllers(super.forRoot(options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withControllers(super.forRootAsync(options));
  }
}

function withControllers(definition: DynamicModule): DynamicModule {
  const controllers = {
    read: createReadController(),
    act: createActController(),
    page: createPageController(),
  };
  return {
    ...definition,
    controllers: Object.values(controllers),
    providers: [...(definition.providers ?? []), optionsProvider(controllers), assetsProvider],
  };
}

/** Providers are made before routes are registered, so whoever makes the options mounts the controllers, too. */
function optionsProvider(controllers: DashboardControllers): Provider {
  return {
    provide: RESOLVED_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: async (options: BackgroundDashboardOptions): Promise<ResolvedOptions> => {
      const resolved = resolveOptions(options);
      mount(controllers, resolved);
      if (resolved.guards) await describeControllers(controllers);
      else
        new Logger('BackgroundDashboard').warn(
          'Not mounted: configure a guard, e.g. BackgroundDashboardModule.forRoot({ guard: AdminGuard })',
        );
      return resolved;
    },
  };
}

/** Without the page there is nothing to read. */
const assetsProvider: Provider = {
  provide: PageAssets,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ guards, page }: ResolvedOptions) => (guards && page ? new PageAssets() : null),
};
