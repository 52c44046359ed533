import { JobStoreError } from '../../errors/index.js';
import { isJobId, JOB_STATES } from '../../model/index.js';
import type { JobEntry, LedgerItem } from '../memory/job-entry.js';

/** What of an entry JSON has no word for: maps, and infinity. */
type Stored = Omit<JobEntry, 'items' | 'expiresAt'> & {
  readonly items: readonly (readonly [string, LedgerItem])[];
  readonly expiresAt: number | null;
};

interface Snapshot {
  readonly version: 1;
  readonly jobs: readonly Stored[];
}

export function encodeSnapshot(entries: Iterable<JobEntry>): string {
  const jobs = Array.from(entries, ({ items, expiresAt, ...rest }) => ({
    ...rest,
    items: [...items],
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
  }));
  return JSON.stringify({ version: 1, jobs } satisfies Snapshot);
}

/** @param file what the text is from, for the error. @throws JobStoreError */
export function decodeSnapshot(text: string, file: string): readonly JobEntry[] {
  try {
    const { version, jobs } = JSON.parse(text) as Omit<Snapshot, 'version'> & { readonly version: unknown };
    if (version === 1) return jobs.map(toEntry);
  } catch {
    // Said below.
  }
  throw new JobStoreError(`${file} holds no jobs of this version: move it away, or name another file`);
}

function toEntry({ job, claim, items, expiresAt }: Stored): JobEntry {
  if (!isJobId(job.id) || typeof job.type !== 'string' || !JOB_STATES.includes(job.state))
    throw new TypeError('no job');
  const ledger = items.map(([key, { payload, outcome }]) => [key, { payload, outcome }] as const);
  return { job, claim, items: new Map(ledger), expiresAt: expiresAt ?? Infinity };
}
