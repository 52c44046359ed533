/** The longest that a remote is believed, ms. */
const LONGEST = 3_600_000;

/**
 * How long an error asks to wait, ms: `retryAfter` of the error in milliseconds, or the `Retry-After` header of the response that it carries,
 * in seconds or as a date (RFC 9110). An error that cannot be read asks for nothing.
 */
export function retryAfterOf(error: unknown, now: number): number | undefined {
  try {
    return readRetryAfter(error, now);
  } catch {
    return undefined;
  }
}

function readRetryAfter(error: unknown, now: number): number | undefined {
  const { retryAfter, headers, response } = Object(error) as Partial<Record<string, unknown>>;
  if (typeof retryAfter === 'number' && retryAfter >= 0) return Math.min(retryAfter, LONGEST);
  const header = headerOf(headers) ?? headerOf((Object(response) as { readonly headers?: unknown }).headers);
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), LONGEST);
}

function headerOf(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const value: unknown =
    headers instanceof Headers
      ? headers.get('retry-after')
      : (headers as Record<string, unknown>)['retry-after'];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Full jitter: anything up to an exponentially growing bound ("Exponential Backoff and Jitter", AWS Architecture Blog, 2015). */
export function backoff(
  attempt: number,
  { minDelay, maxDelay }: { readonly minDelay: number; readonly maxDelay: number },
  random: () => number,
): number {
  return random() * Math.min(maxDelay, minDelay * 2 ** (attempt - 1));
}
