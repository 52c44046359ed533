import type { Type } from '@nestjs/common';
import { describeController, leaveOutController, mountAt } from 'nestjs-background-http-kit';
import { OPERATIONS } from './openapi/operations.js';
import type { ResolvedOptions } from './options/index.js';

/** The controllers of one app. */
export interface DashboardControllers {
  readonly read: Type;
  readonly act: Type;
  readonly jobsRead: Type;
  readonly jobsAct: Type;
  readonly page: Type;
}

/** Writes the paths on the controller classes; what is not to be mounted has none. */
export function mount(
  { read, act, jobsRead, jobsAct, page }: DashboardControllers,
  { path, guards, ...options }: ResolvedOptions,
): void {
  const api = path === '' ? 'api' : `${path}/api`;
  for (const each of [read, jobsRead]) mountAt(each, guards ? api : undefined);
  for (const each of [act, jobsAct]) mountAt(each, guards?.act ? api : undefined);
  mountAt(page, guards && options.page ? path : undefined);
}

/** Describes the API for the app's OpenAPI document. */
export async function describeControllers({
  read,
  act,
  jobsRead,
  jobsAct,
  page,
}: DashboardControllers): Promise<void> {
  const tag = 'Background workers';
  await describeController(read, { tag, operations: OPERATIONS.read });
  await describeController(act, { tag, operations: OPERATIONS.act });
  await describeController(jobsRead, { tag, operations: OPERATIONS.jobsRead });
  await describeController(jobsAct, { tag, operations: OPERATIONS.jobsAct });
  await leaveOutController(page);
}
