import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { BackgroundJobs } from 'nestjs-background-jobs';
import { NoJobsError } from '../errors.js';

/** The jobs of the app, where it has `nestjs-background-jobs`; an app without pays nothing. */
@Injectable()
export class JobSource implements OnModuleInit {
  #jobs: BackgroundJobs | undefined;

  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  async onModuleInit(): Promise<void> {
    this.#jobs = await find(this.modules);
  }

  get isThere(): boolean {
    return this.#jobs !== undefined;
  }

  /** @throws NoJobsError */
  get jobs(): BackgroundJobs {
    if (!this.#jobs) throw new NoJobsError();
    return this.#jobs;
  }
}

async function find(modules: ModuleRef): Promise<BackgroundJobs | undefined> {
  try {
    const { BackgroundJobs: token } = await import('nestjs-background-jobs');
    return modules.get(token, { strict: false });
  } catch {
    // Not installed, or not imported by the app.
    return undefined;
  }
}
