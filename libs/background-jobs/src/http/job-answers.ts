import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { GuestCalls, Replies } from 'nestjs-background-http-kit';
import type { JobClass } from '../decorators/background-job.js';
import { KeyInFlightError } from '../errors/index.js';
import { isFinal } from '../model/index.js';
import type { ResolvedOptions } from '../options/index.js';
import { BackgroundJobs } from '../service/background-jobs.js';
import { JobRegistry } from '../service/job-registry.js';
import { RESOLVED_OPTIONS } from '../tokens.js';
import { Bodies } from './bodies.js';
import { applied, retryAfter, sendJob } from './job-reply.js';
import { LongPolls } from './long-polls.js';
import { readIdempotencyKey, readPreferences } from './query.js';
import { RequestBody } from './request-body.js';

/** How long a `sync` job is waited for where the client does not say, ms. */
const SYNC_WAIT = 60_000;

/** What is read of a request, of whichever HTTP adapter. */
export interface JobRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
}

/**
 * Submits jobs for a route of the app's own, and answers as `POST /jobs/:type` does: 202 with `Location`, `Idempotency-Key` and `Prefer` honoured.
 * Put `@UseFilters(JobProblemFilter)` and a guard on that route, and take request and response by `@Req()` and `@Res()`.
 */
@Injectable()
export class JobAnswers implements OnModuleDestroy {
  readonly #guests = new GuestCalls();
  readonly #inFlight = new Set<string>();

  /** @internal Made by Nest. */
  constructor(
    @Inject(BackgroundJobs) private readonly jobs: BackgroundJobs,
    @Inject(JobRegistry) private readonly registry: JobRegistry,
    @Inject(RequestBody) private readonly requests: RequestBody,
    @Inject(LongPolls) private readonly polls: LongPolls,
    @Inject(Replies) private readonly replies: Replies,
    @Inject(Bodies) private readonly bodies: Bodies,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  onModuleDestroy(): void {
    this.#guests.close();
  }

  /**
   * @param job the class with `@BackgroundJob`, or its type
   * @throws what `BackgroundJobs.submit` throws, KeyInFlightError, and what the app's pipes throw
   */
  async submit(job: string | JobClass, request: JobRequest, response: unknown): Promise<void> {
    const { type, options } = this.registry.get(job);
    const idempotencyKey = readIdempotencyKey(request.headers);
    const scope =
      (await this.#guests.wait(response, async () => this.options.http?.identify?.(request))) ?? '';
    const submitted = await this.#guests.wait(response, () =>
      this.#once(scope, idempotencyKey, async () => {
        const body = await this.requests.read(request.body, options.body);
        return this.jobs.submit(type, body, { idempotencyKey, scope });
      }),
    );
    const { wait, respondAsync } = readPreferences(request.headers);
    const patience = respondAsync ? undefined : (wait ?? (options.mode === 'sync' ? SYNC_WAIT : undefined));
    const { id } = submitted.job;
    // The job is taken on: where as many wait as may, its client is not refused, but asks again.
    const isWaited = patience !== undefined && !this.polls.isFull;
    const answered = isWaited
      ? await this.polls.hold(response, (signal) =>
          this.jobs.waitForChange(id, undefined, patience, { signal }),
        )
      : submitted.job;
    const { bodies } = this;
    // A request that is sent again is answered as it was, however far the job is by now.
    const isAnswer = patience !== undefined && isFinal(answered.state);
    sendJob(this.replies, response, bodies, answered, isAnswer ? 200 : 202, {
      location: bodies.urlOf(id),
      vary: 'Prefer',
      ...retryAfter(answered),
      ...(submitted.replayed ? { 'idempotency-replayed': 'true' } : {}),
      ...(respondAsync ? { 'preference-applied': 'respond-async' } : applied(isWaited ? wait : undefined)),
    });
  }

  /** Two requests of one key at a time would both find nothing there. @throws KeyInFlightError */
  async #once<Result>(scope: string, key: string | undefined, work: () => Promise<Result>): Promise<Result> {
    if (key === undefined) return work();
    const name = `${scope}\n${key}`;
    if (this.#inFlight.has(name)) throw new KeyInFlightError(key);
    this.#inFlight.add(name);
    try {
      return await work();
    } finally {
      this.#inFlight.delete(name);
    }
  }
}
