import type { Type } from '@nestjs/common';
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

/**
 * @param provider one that every copy of the module has
 * @throws DuplicateRegistrationError if the module was registered more than once in this app
 */
export function assertRegisteredOnce(modules: ModulesContainer, provider: Type): void {
  const places = [...modules.values()]
    .filter(({ providers }) => providers.has(provider))
    .map(({ providers }) => {
      const registration = providers.get(REGISTRATION)?.instance as Registration | undefined;
      return registration?.place ?? 'imported without forRoot() or forRootAsync()';
    });
  if (places.length > 1) throw new DuplicateRegistrationError(places);
}
