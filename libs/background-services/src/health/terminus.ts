import { Inject, Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import type { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';

export interface TerminusServices {
  readonly checks: HealthCheckService;
  readonly indicators: HealthIndicatorService;
}

/**
 * Terminus, loaded when health is asked for the first time: an app boots without waiting for it, and one that nobody asks never pays for it.
 */
@Injectable()
export class Terminus {
  #services: Promise<TerminusServices> | undefined;

  constructor(@Inject(LazyModuleLoader) private readonly loader: LazyModuleLoader) {}

  services(): Promise<TerminusServices> {
    this.#services ??= this.#load().catch((error: unknown) => {
      this.#services = undefined;
      throw error;
    });
    return this.#services;
  }

  async #load(): Promise<TerminusServices> {
    const { HealthCheckService, HealthIndicatorService, TerminusModule } = await import('@nestjs/terminus');
    const module = await this.loader.load(
      // Its log would repeat the whole health body at every probe that fails, past the app's logger; what is wrong, its worker has logged.
      () => TerminusModule.forRoot({ logger: false }),
      { logger: false },
    );
    return { checks: module.get(HealthCheckService), indicators: module.get(HealthIndicatorService) };
  }
}
