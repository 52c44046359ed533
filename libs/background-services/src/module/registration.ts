import type { ModulesContainer } from '@nestjs/core';
import { DuplicateRegistrationError } from '../errors/index.js';

/** Where the module was registered; kept to name both places when it was registered twice. */
export interface Registration {
  readonly place: string;
}

/** Every copy of this package knows it: two of them in one app are two registrations. */
export const REGISTRATION = Symbol.for('nestjs-background-services:registration');

/** @throws DuplicateRegistrationError if the module was registered more than once in this app */
export function assertRegisteredOnce(modules: ModulesContainer): void {
  const places = [...modules.values()]
    .filter(({ providers }) => providers.has(REGISTRATION))
    .map(({ providers }) => (providers.get(REGISTRATION)?.instance as Registration).place);
  if (places.length > 1) throw new DuplicateRegistrationError(places);
}
