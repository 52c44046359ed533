import type { Type } from '@nestjs/common';
import { describeController, leaveOutController, mountAt } from 'nestjs-background-services/http';
import { OPERATIONS } from './openapi/operations.js';
import type { ResolvedOptions } from './options.js';

/** The controllers of one app. */
export interface DashboardControllers {
  readonly read: Type;
  readonly act: Type;
  readonly page: Type;
}

/** Writes the paths on the controller classes; what is not to be mounted has none. */
export function mount(
  { read, act, page }: DashboardControllers,
  { path, guards, ...options }: ResolvedOptions,
): void {
  const api = path === '' ? 'api' : `${path}/api`;
  mountAt(read, guards ? api : undefined);
  mountAt(act, guards?.act ? api : undefined);
  mountAt(page, guards && options.page ? path : undefined);
}

/** Describes the API for the app's OpenAPI document. */
export async function describeControllers({ read, act, page }: DashboardControllers): Promise<void> {
  const tag = 'Background workers';
  await describeController(read, { tag, operations: OPERATIONS.read });
  await describeController(act, { tag, operations: OPERATIONS.act });
  await leaveOutController(page);
}
