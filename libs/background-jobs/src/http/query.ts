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
  const prefer = [headers['prefer'] ?? []].flat().join(',').toLowerCase();
  const wait = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/.exec(prefer)?.[1];
  return {
    wait: wait === undefined ? undefined : Math.min(Number(wait) * 1_000, LONGEST_WAIT),
    respondAsync: /(?:^|[,;])\s*respond-async\s*(?:$|[,;])/.test(prefer),
  };
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
  const known = headers['if-none-match'];
  return known !== undefined && known.split(',').some((each) => [tag, `W/${tag}`, '*'].includes(each.trim()));
}
