import type { IncomingHttpHeaders } from 'node:http';
import { type ControlReason, InvalidOrderError } from 'nestjs-background-services';

/** Body of an act. */
export interface OrderBody {
  /** 1 to 500 characters. */
  readonly why: string;
  /** 1 to 200 characters; left out where the app itself says who is asking. */
  readonly by?: string;
  /** Milliseconds, 1 to thirty days. Of `disable` only. */
  readonly duration?: number;
}

/**
 * Reads who orders something and why; the control checks what they say.
 * @param identified who is asking, as the app says; `undefined`: it says nothing of that, and the body is believed
 */
export function readReason(body: unknown, identified: { readonly by: string } | undefined): ControlReason {
  const { why, by } = Object(body) as Partial<OrderBody>;
  // Anything else than a text is refused by the control, with what was received.
  return { why: why as string, by: identified ? identified.by : (by as string) };
}

/** Of whatever kind: the control checks it. */
export function readDuration(body: unknown): number {
  const { duration } = Object(body) as Partial<OrderBody>;
  return duration as number;
}

/** What the client tells its act apart by: asked for again under the same `Idempotency-Key`, it is not done again. */
export function readId(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key'];
  return Array.isArray(key) ? key.join() : key;
}

const MOST_RECORDS = 200;

/** @throws InvalidOrderError */
export function readLimit(text: unknown): number {
  if (text === undefined) return MOST_RECORDS;
  const limit = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_RECORDS)
    throw new InvalidOrderError('limit', `a whole number from 1 to ${MOST_RECORDS}`, text);
  return limit;
}
