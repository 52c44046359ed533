import { describeController, mountAt } from 'nestjs-background-http-kit';
import type { ResolvedOptions } from '../options/index.js';
import type { JobControllers } from './jobs.controller.js';
import { OPERATIONS } from './operations.js';

/** Writes the paths on the controller classes; what is not to be mounted has none. */
export async function mountJobs({ read, act }: JobControllers, http: ResolvedOptions['http']): Promise<void> {
  mountAt(read, http?.path);
  mountAt(act, http?.guards.act ? http.path : undefined);
  if (!http) return;
  const tag = 'Background jobs';
  await describeController(read, { tag, operations: OPERATIONS.read });
  await describeController(act, { tag, operations: OPERATIONS.act });
}
