import { Controller, Get, Header, type Type, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { InvalidOptionsError } from '../errors/index.js';
import { HostHealthGuard } from './host-health.guard.js';
import type { HealthOptions } from './health-options.js';

type Handler = (this: unknown, ...args: unknown[]) => unknown;

const noStore = Header('Cache-Control', 'no-store');

/**
 * Writes the routes on a health controller: their paths, and what the app puts on them. Nest reads both when it registers routes, after all
 * providers have been made. Each boot of one module definition gets handlers of its own, so that nothing of an earlier boot stays on them.
 * @param options `undefined`: nothing is mounted
 */
export function mountHealthRoutes(controller: Type, options: HealthOptions | undefined): void {
  Controller({ path: options ? '' : [], version: VERSION_NEUTRAL })(controller);
  if (!options) return;
  const { path, livePath, readyPath, decorators } = options;
  mount(controller, 'checkBackground', [Get(path), UseGuards(HostHealthGuard), ...decorators]);
  mount(controller, 'checkLiveness', [Get(livePath), noStore, ...decorators]);
  mount(controller, 'checkReadiness', [Get(readyPath), noStore, ...decorators]);
}

const handlers = new WeakMap<Type, Map<string, Handler>>();

function mount(controller: Type, name: string, decorators: readonly MethodDecorator[]): void {
  const prototype = controller.prototype as Record<string, Handler>;
  const known = handlers.get(controller) ?? new Map<string, Handler>();
  handlers.set(controller, known);
  const written = known.get(name) ?? prototype[name]!;
  known.set(name, written);
  const handler: Handler = function (...args) {
    return written.apply(this, args);
  };
  let descriptor: PropertyDescriptor = { value: handler, writable: true, configurable: true };
  for (const decorate of decorators)
    descriptor = (decorate(prototype, name, descriptor) as PropertyDescriptor | undefined) ?? descriptor;
  assertNothingToMake(descriptor.value as object);
  Object.defineProperty(prototype, name, descriptor);
}

const MADE_BY_NEST = {
  UseGuards: GUARDS_METADATA,
  UseInterceptors: INTERCEPTORS_METADATA,
  UsePipes: PIPES_METADATA,
  UseFilters: EXCEPTION_FILTERS_METADATA,
} as const;

/**
 * Nest has looked for the classes that it makes instances of before options are known; one that comes later would do nothing, and a guard
 * that does nothing must not pass for one.
 * @throws InvalidOptionsError
 */
function assertNothingToMake(handler: object): void {
  for (const [decorator, key] of Object.entries(MADE_BY_NEST)) {
    const used = (Reflect.getMetadata(key, handler) ?? []) as readonly unknown[];
    const found = used.find((each) => typeof each === 'function' && each !== HostHealthGuard);
    if (found === undefined) continue;
    const expected = `instances in ${decorator}(), not classes (a guard of the background health is health.guard)`;
    throw new InvalidOptionsError([{ field: 'health.decorators', expected, received: found }]);
  }
}
