import type { IncomingHttpHeaders } from 'node:http';
import { type ControlReason, InvalidCommandError } from 'nestjs-background-services/fleet';

/** Body of a command. */
export interface CommandBody {
  /** 1 to 500 characters. */
  readonly why: string;
  /** 1 to 200 characters; left out where the app itself says who is asking. */
  readonly by?: string;
  /** Milliseconds, 1 to thirty days. Of `disable` only. */
  readonly duration?: number;
}

/**
 * Reads who asks for something and why; the control checks what they say.
 * @param identified who is asking, as the app says; `undefined`: it says nothing of that, and the body is believed
 */
export function readReason(body: unknown, identified: { readonly by: string } | undefined): ControlReason {
  const { why, by } = Object(body) as Partial<CommandBody>;
  // Anything else than a text is refused by the control, with what was received.
  return { why: why as string, by: identified ? identified.by : (by as string) };
}

/** Of whatever kind: the control checks it. */
export function readDuration(body: unknown): number {
  const { duration } = Object(body) as Partial<CommandBody>;
  return duration as number;
}

/** What the client tells its command apart by: sent again under the same `Idempotency-Key`, it is not carried out again. */
export function readId(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key'];
  return Array.isArray(key) ? key.join() : key;
}

const MOST_RECORDS = 200;

/** @throws InvalidCommandError */
export function readLimit(text: unknown): number {
  if (text === undefined) return MOST_RECORDS;
  const limit = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_RECORDS)
    throw new InvalidCommandError('limit', `a whole number from 1 to ${MOST_RECORDS}`, text);
  return limit;
}
