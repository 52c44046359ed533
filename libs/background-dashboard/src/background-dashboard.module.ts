import { type DynamicModule, Logger, Module, type Provider } from '@nestjs/common';
import { HTTP_PROVIDERS, HTTP_SURFACE, type HttpSurface, LibraryLog } from 'nestjs-background-http-kit';
import { createActController } from './api/act.controller.js';
import { Identity } from './request/identity.js';
import { PROBLEMS } from './api/problems.js';
import { createReadController } from './api/read.controller.js';
import { createJobsActController, createJobsReadController, JobSource } from './jobs/index.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
} from './module-definition.js';
import { type DashboardControllers, describeControllers, mount } from './mount.js';
import { type BackgroundDashboardOptions, resolveOptions, type ResolvedOptions } from './options/index.js';
import { PageAssets } from './page/page-assets.js';
import { createPageController } from './page/page.controller.js';
import { FleetStream } from './stream/fleet-stream.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** The context of log lines. */
const NAME = 'BackgroundDashboard';

/**
 * A page and an API to watch and steer the background workers of the whole fleet, from any replica. Import it in the root module, beside
 * `BackgroundServicesModule`. Nothing is mounted unless a guard is configured.
 */
@Module({ providers: [...HTTP_PROVIDERS, Identity, JobSource, FleetStream] })
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
    jobsRead: createJobsReadController(),
    jobsAct: createJobsActController(),
    page: createPageController(),
  };
  return {
    ...definition,
    controllers: Object.values(controllers),
    providers: [
      ...(definition.providers ?? []),
      optionsProvider(controllers),
      surfaceProvider,
      assetsProvider,
    ],
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
        new LibraryLog(new Logger(NAME)).warn(
          'Not mounted: configure a guard, e.g. BackgroundDashboardModule.forRoot({ guard: AdminGuard })',
        );
      return resolved;
    },
  };
}

const surfaceProvider: Provider = {
  provide: HTTP_SURFACE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ guards }: ResolvedOptions): HttpSurface => ({ name: NAME, guards, problems: PROBLEMS }),
};

/** Without the page there is nothing to read. */
const assetsProvider: Provider = {
  provide: PageAssets,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ guards, page }: ResolvedOptions) => (guards && page ? new PageAssets() : null),
};
