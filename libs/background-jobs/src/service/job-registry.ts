import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { declarationOf, type JobClass } from '../decorators/background-job.js';
import type { JobHandler } from '../decorators/job-handler.js';
import { DuplicateJobError, InvalidJobError, UnknownJobTypeError } from '../errors/index.js';
import type { RegisteredJob } from '../execution/job-executor.js';

/** The job types of this app, and who works them off. */
@Injectable()
export class JobRegistry {
  readonly #jobs = new Map<string, RegisteredJob>();

  /** @internal Made by Nest. */
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  get types(): readonly string[] {
    return [...this.#jobs.keys()];
  }

  find(type: string): RegisteredJob | undefined {
    return this.#jobs.get(type);
  }

  /** @throws UnknownJobTypeError */
  get(job: string | JobClass): RegisteredJob {
    const type = typeof job === 'string' ? job : declarationOf(job)?.type;
    const found = type === undefined ? undefined : this.#jobs.get(type);
    if (found) return found;
    throw new UnknownJobTypeError(typeof job === 'string' ? job : job.name, this.types);
  }

  /**
   * Looks through all providers, once they are made.
   * @throws InvalidJobError, DuplicateJobError
   */
  explore(): void {
    const seen = new Set<unknown>();
    for (const wrapper of this.discovery.getProviders()) {
      const { metatype, instance } = wrapper as { readonly metatype: unknown; readonly instance: unknown };
      const declaration = wrapper.isAlias ? undefined : declarationOf(metatype);
      if (!declaration || seen.has(instance)) continue;
      const place = (metatype as { readonly name: string }).name;
      if (!wrapper.isDependencyTreeStatic())
        throw new InvalidJobError(
          place,
          'a job outlives every request, so its provider cannot be request-scoped',
        );
      seen.add(instance);
      this.#add({ ...declaration, handler: checkHandler(place, instance), place });
    }
  }

  #add(job: RegisteredJob): void {
    const existing = this.#jobs.get(job.type);
    if (existing) throw new DuplicateJobError(job.type, [existing.place, job.place]);
    this.#jobs.set(job.type, job);
  }
}

function checkHandler(place: string, instance: unknown): JobHandler {
  const handler = Object(instance) as Partial<JobHandler>;
  for (const method of ['items', 'process'] as const)
    if (typeof handler[method] !== 'function')
      throw new InvalidJobError(place, `a class with @BackgroundJob needs a method ${method}()`);
  return instance as JobHandler;
}
