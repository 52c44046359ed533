import {
  type CanActivate,
  Controller,
  type ControllerOptions,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  type OnModuleInit,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BackgroundHealthIndicator } from './background-health.indicator.js';
import type { HealthOptions } from './health-options.js';
import { Terminus } from './terminus.js';

/** The guard that the options name, as a class or an instance. */
export const HEALTH_GUARD = Symbol('nestjs-background-services:health-guard');

/** Lets through whom the host's own guard lets through. */
@Injectable()
export class HostHealthGuard implements CanActivate, OnModuleInit {
  #guard: CanActivate | undefined;

  constructor(
    @Inject(HEALTH_GUARD) private readonly configured: HealthOptions['guard'],
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Takes the app's own instance of the class, wherever it is provided; if it is nowhere, makes one. */
  async onModuleInit(): Promise<void> {
    const { configured } = this;
    this.#guard = typeof configured === 'function' ? await this.#instanceOf(configured) : configured;
  }

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return this.#guard ? this.#guard.canActivate(context) : true;
  }

  #instanceOf(guard: Type<CanActivate>): Promise<CanActivate> | CanActivate {
    try {
      return this.moduleRef.get(guard, { strict: false });
    } catch {
      return this.moduleRef.create(guard);
    }
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
  @Controller(mounted(''))
  class BackgroundHealthController {
    constructor(
      @Inject(Terminus) private readonly terminus: Terminus,
      @Inject(BackgroundHealthIndicator) private readonly background: BackgroundHealthIndicator,
      @Inject(READINESS) private readonly readiness: Readiness,
    ) {}

    /** 200 if no worker that this replica leads is degraded, else 503. */
    @Get('health/background')
    @Header('Cache-Control', 'no-store')
    @UseGuards(HostHealthGuard)
    async checkBackground() {
      const { checks } = await this.terminus.services();
      return checks.check([() => this.background.isHealthy('background')]);
    }

    /** 200 for as long as the process answers, also while it shuts down; never fails for a sick worker. */
    @Get('health/live')
    @Header('Cache-Control', 'no-store')
    checkLiveness() {
      const details = { process: { status: 'up' } };
      return { status: 'ok', info: details, error: {}, details };
    }

    /** 200 between the end of the boot and the beginning of the shutdown; never fails for a sick worker. */
    @Get('health/ready')
    @Header('Cache-Control', 'no-store')
    async checkReadiness() {
      const { checks } = await this.terminus.services();
      const status = this.readiness.isReady ? ('up' as const) : ('down' as const);
      return checks.check([() => ({ application: { status } })]);
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
  Controller(mounted(paths ? '' : []))(controller);
  if (!paths) return;
  const { prototype } = controller as { prototype: Record<string, object> };
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

/** Orchestrators ask at one path, whichever versions of its API the app has. */
function mounted(path: string | string[]): ControllerOptions {
  return { path, version: VERSION_NEUTRAL };
}
