import type { ModulesContainer } from '@nestjs/core';
import { DuplicateRegistrationError } from './errors/index.js';

/** Where the module was registered; kept to name both places when it was registered twice. */
export interface Registration {
  readonly place: string;
}

export const REGISTRATION = Symbol('nestjs-background-services:registration');

/** The line of code that called the caller of this function. */
export function callSite(): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callSite);
  return holder.stack?.split('\n')[2]?.trim().replace(/^at /, '') ?? '(unknown place)';
}

/** @throws DuplicateRegistrationError if the module was registered more than once in this app */
export function assertRegisteredOnce(modules: ModulesContainer): void {
  const places = [...modules.values()]
    .map((module) => module.providers.get(REGISTRATION)?.instance as Registration | undefined)
    .filter((registration) => registration !== undefined)
    .map(({ place }) => place);
  if (places.length > 1) throw new DuplicateRegistrationError(places);
}
