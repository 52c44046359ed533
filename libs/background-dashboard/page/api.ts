import type { AccessBody, CommandBody, FailedItems, JobsSummary, JobSummary, Problem } from '../src/index.js';
import type { AuditRecord } from './wire.js';

/** The page's own script lies in `<path>/assets/`. */
const BASE = new URL('../api/', import.meta.url);

export const STREAM = new URL('stream', BASE).href;

/** What became of a command. */
export type Answer =
  | { readonly kind: 'answered'; readonly record: AuditRecord }
  | { readonly kind: 'failed'; readonly message: string };

/** @throws Error that says what went wrong */
export function readAccess(): Promise<AccessBody> {
  return read<AccessBody>('access');
}

/** The last acts, newest first. @throws Error that says what went wrong */
export function readAudit(): Promise<readonly AuditRecord[]> {
  return read<readonly AuditRecord[]>('audit?limit=50');
}

/** The newest jobs. @throws Error that says what went wrong */
export async function readJobs(): Promise<readonly JobSummary[]> {
  return (await read<JobsSummary>('jobs')).jobs;
}

/** @throws Error that says what went wrong */
export function readFailedItems(id: string): Promise<FailedItems> {
  return read<FailedItems>(`jobs/${id}/failed`);
}

/**
 * @param path e.g. `workers/prices/pause`
 * @param id tells this command apart: sent again under the same one, it is not carried out again
 */
export async function send(path: string, body: CommandBody, id: string): Promise<Answer> {
  try {
    const response = await fetch(new URL(path, BASE), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(body),
    });
    const isRecord = response.ok || (response.status === 409 && !isProblem(response));
    if (!isRecord) return { kind: 'failed', message: await explain(response) };
    return { kind: 'answered', record: (await response.json()) as AuditRecord };
  } catch (error) {
    return { kind: 'failed', message: `No answer: ${String(error)}. Whether it was done is unknown.` };
  }
}

async function read<Body>(path: string): Promise<Body> {
  const response = await fetch(new URL(path, BASE));
  if (!response.ok) throw new Error(await explain(response));
  return (await response.json()) as Body;
}

async function explain(response: Response): Promise<string> {
  const status = `${response.status} ${response.statusText}`;
  if (!isProblem(response)) return status;
  const { title, detail } = (await response.json()) as Problem;
  return detail ? `${title}: ${detail}` : title;
}

function isProblem({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/problem+json') ?? false;
}
