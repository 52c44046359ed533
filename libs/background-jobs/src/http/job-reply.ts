import type { Replies } from 'nestjs-background-http-kit';
import { isFinal, type Job } from '../model/index.js';
import { type Bodies, etagOf } from './bodies.js';

/** How long a client is asked to wait before it looks, seconds. */
const RETRY_AFTER = 1;

export function sendJob(
  replies: Replies,
  response: unknown,
  bodies: Bodies,
  job: Job,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  replies.send(response, {
    status,
    type: 'application/json; charset=utf-8',
    text: JSON.stringify(bodies.job(job)),
    headers: { etag: etagOf(job), ...headers },
  });
}

export function retryAfter({ state }: Job): Readonly<Record<string, string>> {
  return isFinal(state) ? {} : { 'retry-after': String(RETRY_AFTER) };
}

/** Says that a client was kept waiting as it preferred. */
export function applied(wait: number | undefined): Readonly<Record<string, string>> {
  return wait === undefined ? {} : { 'preference-applied': `wait=${wait / 1_000}` };
}
