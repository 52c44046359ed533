import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DuplicateJobsModuleError } from './errors/index.js';

/** Where the module was registered; kept to name all places when there are several. */
export interface Registration {
  readonly place: string;
}

/** Every copy of this package knows it: two of them in one app are two registrations. */
export const REGISTRATION = Symbol.for('nestjs-background-jobs:registration');

/** Keeps a second module from taking on the jobs of the first one. */
@Injectable()
export class OneRegistration implements OnModuleInit {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** @throws DuplicateJobsModuleError if the module was registered more than once in this app */
  onModuleInit(): void {
    const places = [...this.modules.values()].flatMap(({ providers }) => {
      const registration = providers.get(REGISTRATION)?.instance as Registration | undefined;
      return registration ? [registration.place] : [];
    });
    if (places.length > 1) throw new DuplicateJobsModuleError(places);
  }
}
