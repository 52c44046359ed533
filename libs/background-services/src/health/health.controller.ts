import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { BackgroundHealthIndicator } from './background-health.indicator.js';

/** Lets through whom the host's own guard lets through. */
export const HEALTH_GUARD = Symbol('nestjs-background-services:health-guard');

@Injectable()
export class HostHealthGuard implements CanActivate {
  constructor(@Inject(HEALTH_GUARD) private readonly guard: CanActivate | undefined) {}

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return this.guard?.canActivate(context) ?? true;
  }
}

/** Tells whether the app is ready for requests. */
export const READINESS = Symbol('nestjs-background-services:readiness');

export interface Readiness {
  readonly isReady: boolean;
}

/**
 * Makes a controller class of its own for each app, because its paths come from options that are known only once providers are made, and
 * are written on the class then.
 */
export function createHealthController(): Type {
  @Controller()
  class BackgroundHealthController {
    constructor(
      @Inject(HealthCheckService) private readonly health: HealthCheckService,
      @Inject(BackgroundHealthIndicator) private readonly background: BackgroundHealthIndicator,
      @Inject(READINESS) private readonly readiness: Readiness,
    ) {}

    /** 200 if no worker that this replica leads is degraded, else 503. */
    @Get('health/background')
    @Header('Cache-Control', 'no-store')
    @UseGuards(HostHealthGuard)
    checkBackground() {
      return this.health.check([() => this.background.isHealthy('background')]);
    }

    /** 200 for as long as the process answers; never fails for a sick worker. */
    @Get('health/live')
    @Header('Cache-Control', 'no-store')
    checkLiveness() {
      return this.health.check([() => ({ process: { status: 'up' as const } })]);
    }

    /** 200 between the end of the boot and the beginning of the shutdown; never fails for a sick worker. */
    @Get('health/ready')
    @Header('Cache-Control', 'no-store')
    checkReadiness() {
      const status = this.readiness.isReady ? ('up' as const) : ('down' as const);
      return this.health.check([() => ({ application: { status } })]);
    }
  }
  return BackgroundHealthController;
}

/** Where a controller of `createHealthController()` answers; `undefined`: nowhere. */
export interface HealthPaths {
  readonly path: string;
  readonly livePath: string;
  readonly readyPath: string;
}

/** Writes the paths on the controller class. Nest reads them when it registers routes, after all providers have been made. */
export function setHealthPaths(controller: Type, paths: HealthPaths | undefined): void {
  const { prototype } = controller as { prototype: Record<string, object> };
  if (!paths) {
    Controller([])(controller);
    return;
  }
  const routes = {
    checkBackground: paths.path,
    checkLiveness: paths.livePath,
    checkReadiness: paths.readyPath,
  };
  for (const [method, path] of Object.entries(routes)) {
    const value = prototype[method];
    if (value) Get(path)(prototype, method, { value });
  }
}
