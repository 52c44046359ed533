import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type * as JobsPackage from 'nestjs-background-jobs';
import { LibraryLog } from 'nestjs-background-http-kit';
import { NoJobsError } from '../errors.js';

/** Of Node's loaders, and of what bundles or replaces them. */
const NOT_FOUND: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

const logger = new LibraryLog(new Logger('BackgroundDashboard'));

/** The jobs of the app, where it has `nestjs-background-jobs`; an app without pays nothing. */
@Injectable()
export class JobSource implements OnModuleInit {
  #jobs: JobsPackage.BackgroundJobs | undefined;

  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  async onModuleInit(): Promise<void> {
    this.#jobs = await find(this.modules);
  }

  get isThere(): boolean {
    return this.#jobs !== undefined;
  }

  /** @throws NoJobsError */
  get jobs(): JobsPackage.BackgroundJobs {
    if (!this.#jobs) throw new NoJobsError();
    return this.#jobs;
  }
}

async function find(modules: ModuleRef): Promise<JobsPackage.BackgroundJobs | undefined> {
  const installed = await load();
  if (!installed) return undefined;
  try {
    return modules.get(installed.BackgroundJobs, { strict: false });
  } catch {
    // Not imported by the app.
    return undefined;
  }
}

/** It is optional: what keeps it from loading is no reason not to boot, but one to say so, unless it is simply not there. */
async function load(): Promise<typeof JobsPackage | undefined> {
  try {
    return await import('nestjs-background-jobs');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!NOT_FOUND.includes(code)) logger.warn(`nestjs-background-jobs could not be loaded: ${message}`);
    return undefined;
  }
}
