import { Controller, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import type { ResolvedOptions } from './options.js';

/** The controllers of one app. */
export interface DashboardControllers {
  readonly read: Type;
  readonly act: Type;
  readonly page: Type;
}

/**
 * Writes the paths on the controller classes; what is not to be mounted has none. Nest reads them when it registers routes, after all providers
 * have been made.
 */
export function mount(
  { read, act, page }: DashboardControllers,
  { path, guards, ...options }: ResolvedOptions,
): void {
  const api = path === '' ? 'api' : `${path}/api`;
  setPath(read, guards ? api : undefined);
  setPath(act, guards?.act ? api : undefined);
  setPath(page, guards && options.page ? path : undefined);
}

/** The page asks at one path, whichever versions of its API the app has. */
function setPath(controller: Type, path: string | undefined): void {
  Controller({ path: path ?? [], version: VERSION_NEUTRAL })(controller);
}
