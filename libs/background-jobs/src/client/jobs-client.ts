import type { Problem } from 'nestjs-background-http-kit';
import type { ItemsBody, JobBody, JobsBody } from '../http/bodies.js';
import { JobNotCompletedError, JobsProblemError, JobsUnreachableError, JobTimeoutError } from './errors.js';
import { readEvents } from './event-reader.js';
import { pause } from './pause.js';

/** All in milliseconds. */
export interface JobsClientOptions {
  /** Where the API is, e.g. `https://api.example/jobs`. */
  readonly baseUrl: string;
  /** Sent with every request, e.g. what the guard asks for. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** How often a request that may be sent again is tried in all. @default 5 */
  readonly attempts?: number;
  /** The longest wait between two tries, unless the server says how long. @default 10_000 */
  readonly maxDelay?: number;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
  /** @default Math.random */
  readonly random?: () => number;
}

/** How a client waits for the end of a job. */
export interface WaitOptions {
  readonly onProgress?: (job: JobBody) => void;
  /** Ends the waiting, not the job. */
  readonly signal?: AbortSignal;
  /** @default none */
  readonly timeout?: number;
}

const FIRST_DELAY = 250;
/** How long the server is asked to hold a poll, s. */
const LONG_POLL = 20;
const FINAL: readonly string[] = ['completed', 'failed', 'cancelled'];

/** Talks to the jobs API of an app, from a browser or from Node. */
export class JobsClient {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #random: () => number;

  constructor(private readonly options: JobsClientOptions) {
    this.#base = options.baseUrl.replace(/\/+$/, '');
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#random = options.random ?? Math.random;
  }

  /**
   * Submits a job. It is sent again when the answer is lost: an `Idempotency-Key` keeps that from being a second job.
   * @throws JobsProblemError, JobsUnreachableError
   */
  async submit(
    type: string,
    request: object,
    { idempotencyKey = crypto.randomUUID(), signal }: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<JobBody> {
    const headers = { 'idempotency-key': idempotencyKey, prefer: 'respond-async' };
    return this.#json(await this.#send(`/${encodeURIComponent(type)}`, { body: request, headers, signal }));
  }

  async get(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<JobBody> {
    return this.#json(await this.#send(`/${id}`, { signal }));
  }

  async list(
    query: { type?: string; status?: string; cursor?: string; limit?: number } = {},
  ): Promise<JobsBody> {
    return this.#json(await this.#send(`?${toQuery(query)}`, {}));
  }

  async items(
    id: string,
    query: { status?: string; cursor?: string; limit?: number } = {},
  ): Promise<ItemsBody> {
    return this.#json(await this.#send(`/${id}/items?${toQuery(query)}`, {}));
  }

  async cancel(id: string): Promise<JobBody> {
    return this.#json(await this.#send(`/${id}/cancel`, { body: {} }));
  }

  /** Not sent again by itself: the second time there may be nothing to retry. */
  async retryFailed(id: string): Promise<JobBody> {
    return this.#json(await this.#send(`/${id}/retry`, { body: {}, attempts: 1 }));
  }

  /**
   * The job now and whenever it has changed, up to its end: over server-sent events, or by long polls where they do not get through.
   * @throws JobsProblemError, JobsUnreachableError, and the reason of the signal
   */
  async *progress(
    id: string,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<JobBody, void, undefined> {
    let last = await this.get(id, { ...(signal ? { signal } : {}) });
    yield last;
    let mode: 'events' | 'polls' = 'events';
    while (!FINAL.includes(last.status)) {
      const seen = last.revision;
      try {
        const news = mode === 'events' ? this.#events(id, last, signal) : this.#poll(id, last, signal);
        for await (const job of news) {
          if (job.revision <= last.revision) continue;
          last = job;
          yield job;
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (mode === 'polls') throw error;
      }
      // A stream that ends without news does not get through: a proxy holds it back, or the server has too many.
      if (mode === 'events' && last.revision === seen) mode = 'polls';
    }
  }

  /**
   * Resolves with the completed job.
   * @throws JobNotCompletedError if it failed or was cancelled, JobTimeoutError, and like `progress`
   */
  async waitForCompletion(
    job: string | JobBody,
    { onProgress, signal, timeout }: WaitOptions = {},
  ): Promise<JobBody> {
    const id = typeof job === 'string' ? job : job.id;
    const limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    const signals = [signal, limit].filter((each) => each !== undefined);
    try {
      for await (const one of this.progress(id, { signal: AbortSignal.any(signals) })) {
        onProgress?.(one);
        if (one.status === 'completed') return one;
        if (FINAL.includes(one.status)) throw new JobNotCompletedError(one);
      }
    } catch (error) {
      if (limit?.aborted && !signal?.aborted) throw new JobTimeoutError(id, timeout!);
      throw error;
    }
    throw new JobsUnreachableError(`The progress of job ${id} ended before the job`);
  }

  async *#events(id: string, last: JobBody, signal: AbortSignal | undefined): AsyncGenerator<JobBody> {
    const headers = { accept: 'text/event-stream', 'last-event-id': String(last.revision) };
    const answer = await this.#send(`/${id}/events`, { headers, signal, attempts: 1 });
    if (!answer.body || answer.status === 204) return;
    for await (const { event, data } of readEvents(answer.body))
      if (event === 'job') yield JSON.parse(data) as JobBody;
  }

  async *#poll(id: string, last: JobBody, signal: AbortSignal | undefined): AsyncGenerator<JobBody> {
    const headers = { prefer: `wait=${LONG_POLL}`, 'if-none-match': `"${id}-${last.revision}"` };
    const answer = await this.#send(`/${id}`, { headers, signal });
    if (answer.status !== 304) yield await this.#json<JobBody>(answer);
    // Where the server does not hold polls, it says how often to ask.
    else await pause(retryAfterOf(answer) ?? FIRST_DELAY, signal);
  }

  async #send(
    path: string,
    {
      body,
      headers,
      signal,
      attempts = this.options.attempts ?? 5,
    }: {
      body?: object;
      headers?: Record<string, string>;
      signal?: AbortSignal | undefined;
      attempts?: number;
    },
  ): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const own = typeof this.options.headers === 'function' ? this.options.headers() : this.options.headers;
      const answer = await this.#fetch(this.#base + path, {
        method: body ? 'POST' : 'GET',
        headers: {
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
          ...own,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(signal ? { signal } : {}),
      }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        if (attempt >= attempts) throw new JobsUnreachableError(`${this.#base} cannot be reached`, { cause });
        return undefined;
      });
      if (answer && (answer.ok || answer.status === 304)) return answer;
      const wait = answer && retryAfterOf(answer);
      const mayGoAway = !answer || [409, 425, 429, 502, 503, 504].includes(answer.status);
      // Of a conflict only that with a request under way goes away.
      const problem = answer && ((await answer.json().catch(() => ({}))) as Partial<Problem>);
      const isForGood = answer?.status === 409 && problem?.code !== 'BGJ_KEY_IN_FLIGHT';
      if (answer && problem && (!mayGoAway || isForGood || attempt >= attempts))
        throw new JobsProblemError(answer.status, problem, wait);
      const longest = Math.min(this.options.maxDelay ?? 10_000, FIRST_DELAY * 2 ** attempt);
      await pause(wait ?? this.#random() * longest, signal);
    }
  }

  async #json<Body>(answer: Response): Promise<Body> {
    return (await answer.json()) as Body;
  }
}

function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function toQuery(query: Readonly<Record<string, string | number | undefined>>): string {
  const set = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : ([[name, String(value)]] as [string, string][]),
  );
  return new URLSearchParams(set).toString();
}
