import { Inject, Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import type { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { createRequire } from 'node:module';
import { MissingPackageError } from '../errors/index.js';

/**
 * Terminus is loaded with the first probe, and an app without it would answer that with a 500. So it is looked for at boot, which takes no time
 * if it lies where packages lie; if it does not, it may be part of a bundle, which loading it tells.
 * @throws MissingPackageError
 */
export async function assertTerminus(
  find: () => void = () => void createRequire(import.meta.url).resolve('@nestjs/terminus'),
  load: () => Promise<unknown> = () => import('@nestjs/terminus'),
): Promise<void> {
  try {
    return find();
  } catch {
    // Not where packages lie.
  }
  await load().catch((cause: unknown) => {
    const purpose = 'the health routes (health: false leaves them out)';
    throw new MissingPackageError('@nestjs/terminus', nestMajor(), purpose, { cause });
  });
}

/** Terminus has the major versions of Nest. */
function nestMajor(): string {
  try {
    const { version } = createRequire(import.meta.url)('@nestjs/common/package.json') as {
      readonly version: string;
    };
    return version.split('.', 1)[0]!;
  } catch {
    return 'latest';
  }
}

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
