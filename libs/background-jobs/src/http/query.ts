import type { IncomingHttpHeaders } from 'node:http';
import { InvalidJobRequestError } from '../errors/index.js';
import { ITEM_STATUSES, type ItemStatus, JOB_STATES, type JobState } from '../model/index.js';

type Query = Readonly<Record<string, unknown>>;

/** The longest that a client can be kept waiting, ms. */
const LONGEST_WAIT = 60_000;

/** @throws InvalidJobRequestError */
export function readLimit(query: Query, most: number, usual: number): number {
  const { limit } = query;
  if (limit === undefined) return usual;
  const number = typeof limit === 'string' && /^\d{1,5}$/.test(limit) ? Number(limit) : 0;
  if (number < 1 || number > most)
    throw new InvalidJobRequestError('limit', `a whole number from 1 to ${most}`, limit);
  return number;
}

/** @throws InvalidJobRequestError */
export function readText(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= 200) return value;
  throw new InvalidJobRequestError(name, 'a text of 1 to 200 characters, once', value);
}

/** States, separated by commas. @throws InvalidJobRequestError */
export function readStates(query: Query): readonly JobState[] | undefined {
  const text = readText(query, 'status');
  const states = text?.split(',') as JobState[] | undefined;
  const wrong = states?.find((state) => !JOB_STATES.includes(state));
  if (wrong !== undefined)
    throw new InvalidJobRequestError(
      'status',
      `some of ${JOB_STATES.join(', ')}, separated by commas`,
      wrong,
    );
  return states;
}

/** @throws InvalidJobRequestError */
export function readItemStatus(query: Query): ItemStatus | undefined {
  const status = readText(query, 'status') as ItemStatus | undefined;
  if (status !== undefined && !ITEM_STATUSES.includes(status))
    throw new InvalidJobRequestError('status', `one of ${ITEM_STATUSES.join(', ')}`, status);
  return status;
}

/** What a client prefers (RFC 7240). */
export interface Preferences {
  /** Milliseconds. */
  readonly wait: number | undefined;
  readonly respondAsync: boolean;
}

/** A preference that makes no sense is ignored, as the RFC has it. */
export function readPreferences(headers: IncomingHttpHeaders): Preferences {
  const preferences = [headers['prefer'] ?? []].flat().flatMap((value) => value.toLowerCase().split(/[,;]/));
  let wait: number | undefined;
  let respondAsync = false;
  for (const preference of preferences) {
    const [name, value, ...more] = preference.split('=').map((part) => part.trim());
    if (more.length > 0) continue;
    if (name === 'respond-async' && value === undefined) respondAsync = true;
    if (name === 'wait') wait ??= readSeconds(value);
  }
  return {
    wait: wait === undefined ? undefined : Math.min(wait * 1_000, LONGEST_WAIT),
    respondAsync,
  };
}

function readSeconds(value: string | undefined): number | undefined {
  const seconds = value === undefined ? undefined : /^"?(\d{1,6})"?$/.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** @throws InvalidJobRequestError */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['idempotency-key'];
  if (value === undefined) return undefined;
  // The draft has it as a quoted string; most clients send it bare.
  const key = typeof value === 'string' ? value.replace(/^"(.*)"$/, '$1') : '';
  if (!/^[\x20-\x7e]{1,255}$/.test(key))
    throw new InvalidJobRequestError('Idempotency-Key', '1 to 255 printable ASCII characters', value);
  return key;
}

/** The revision that a client of a stream saw last. */
export function readLastEventId(headers: IncomingHttpHeaders): number {
  const id = headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

/** Whether one of the tags that a client has is this one; weak ones count as strong (RFC 9110, 13.1.2). */
export function matchesTag(headers: IncomingHttpHeaders, tag: string): boolean {
  return tagsOf(headers).some((known) => known === tag || known === '*');
}

/** The revision in the tag of a client that waits for another one. The id is compared, never read as a pattern. */
export function readKnownRevision(headers: IncomingHttpHeaders, id: string): number | undefined {
  const start = `"${id.toLowerCase()}-`;
  for (const tag of tagsOf(headers)) {
    if (!tag.startsWith(start) || !tag.endsWith('"')) continue;
    const revision = tag.slice(start.length, -1);
    if (/^\d{1,15}$/.test(revision)) return Number(revision);
  }
  return undefined;
}

function tagsOf(headers: IncomingHttpHeaders): readonly string[] {
  const known = headers['if-none-match'];
  return known === undefined ? [] : known.split(',').map((tag) => tag.trim().replace(/^W\/(?=")/, ''));
}
