import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type * as JobsPackage from 'nestjs-background-jobs';
import { NoJobsError } from '../errors.js';

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

/** @throws what keeps it from loading where it is installed: an app that has jobs wants to know */
async function load(): Promise<typeof JobsPackage | undefined> {
  try {
    return await import('nestjs-background-jobs');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Node's words: "Cannot find package 'nestjs-background-jobs' imported from …".
    if (code === 'ERR_MODULE_NOT_FOUND' && message.startsWith("Cannot find package 'nestjs-background-jobs'"))
      return undefined;
    throw error;
  }
}
