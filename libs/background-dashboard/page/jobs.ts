import type { JobSummary, View } from './wire.js';

/** What the replica that runs a job says of it: see `JobsCard` of nestjs-background-jobs. */
interface CardJob {
  readonly id: string;
  readonly remaining: number | null;
}

/** Where a job runs, and how much longer, ms; `undefined`: no replica says that it does. */
export interface Whereabouts {
  readonly replica: string;
  readonly remaining: number | null;
}

/** Who runs which job, by its id. What a card says lives in a store that others can write to. */
export function whereabouts({ replicas }: View): ReadonlyMap<string, Whereabouts> {
  const found = new Map<string, Whereabouts>();
  for (const { id: replica, extensions } of replicas) {
    const { jobs } = Object(extensions.jobs) as { readonly jobs?: unknown };
    if (!Array.isArray(jobs)) continue;
    for (const job of jobs as readonly unknown[]) {
      const { id, remaining } = Object(job) as Partial<CardJob>;
      if (typeof id !== 'string') continue;
      found.set(id, { replica, remaining: typeof remaining === 'number' ? Math.max(0, remaining) : null });
    }
  }
  return found;
}

/** `18 of 250, 2 failed`. */
export function showCounts({ total, completed, failed, skipped }: JobSummary['counts']): string {
  const settled = completed + failed + skipped;
  const some = [
    total === null ? 'not listed yet' : `${settled.toLocaleString()} of ${total.toLocaleString()}`,
    ...(failed > 0 ? [`${failed.toLocaleString()} failed`] : []),
    ...(skipped > 0 ? [`${skipped.toLocaleString()} there before`] : []),
  ];
  return some.join(', ');
}
