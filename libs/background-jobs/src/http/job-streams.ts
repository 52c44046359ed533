import { Inject, Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import type { Timer } from 'nestjs-background-services/store';
import { EventStream, toServerResponse } from 'nestjs-background-http-kit';
import { TooManyClientsError } from '../errors/index.js';
import { isFinal, type Job } from '../model/index.js';
import { MAX_STREAMS, type ResolvedOptions } from '../options/index.js';
import { JobFollowers } from '../service/job-followers.js';
import { RESOLVED_OPTIONS } from '../tokens.js';
import type { Bodies } from './bodies.js';

/** Without a change, clients hear so often that they are still connected, ms. */
const HEARTBEAT = 15_000;
/** A client that lost its stream asks again after about this long, ms: each after another time, or all come back at once after a restart. */
const RETRY = 1_000;

/** Streams of events, one for each client that watches a job. */
@Injectable()
export class JobStreams implements OnModuleDestroy {
  readonly #streams = new Map<EventStream, () => void>();
  #heartbeat: Timer | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(
    @Inject(JobFollowers) private readonly followers: JobFollowers,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /** How many clients listen. */
  get size(): number {
    return this.#streams.size;
  }

  /** @throws ServiceUnavailableException if the app is closing, TooManyClientsError if as many listen as may */
  assertOpen(): void {
    if (this.#state === 'closed') throw new ServiceUnavailableException('The app is shutting down');
    const most = this.options.http?.maxStreams ?? MAX_STREAMS;
    if (this.#streams.size >= most) throw new TooManyClientsError('listen to streams', most);
  }

  /**
   * Sends the job whenever it has another revision than the client knows, and ends after its end.
   * @param response of whichever HTTP adapter
   * @throws like `assertOpen`: others may have come, or the app may be closing, since that was asked
   */
  add(id: string, response: object, known: number, bodies: Bodies): void {
    this.assertOpen();
    let seen = known;
    const retry = Math.round(RETRY * (0.5 + this.options.random()));
    const stream = new EventStream(toServerResponse(response), { retry });
    const changed = (job: Job | undefined) => {
      if (!job) return stream.close();
      if (job.revision > seen) stream.send(frameOf(job, bodies));
      seen = Math.max(seen, job.revision);
      if (isFinal(job.state)) stream.end();
    };
    const end = this.followers.follow(id, { changed, closed: () => stream.close() });
    this.#streams.set(stream, end);
    this.#heartbeat ??= this.options.clock.setTimeout(() => this.#beat(), HEARTBEAT);
    // At once, if the client has left already.
    stream.whenClosed(() => this.#remove(stream));
  }

  /** Ends every stream: the server cannot close before. */
  onModuleDestroy(): void {
    this.#state = 'closed';
    this.#heartbeat?.cancel();
    for (const stream of this.#streams.keys()) stream.close();
  }

  #remove(stream: EventStream): void {
    this.#streams.get(stream)?.();
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
  }

  #beat(): void {
    this.#heartbeat = undefined;
    for (const stream of this.#streams.keys()) stream.beat(': heartbeat\n\n');
    if (this.#streams.size > 0)
      this.#heartbeat = this.options.clock.setTimeout(() => this.#beat(), HEARTBEAT);
  }
}

/** JSON has no line ends of its own, which would end the field. */
function frameOf(job: Job, bodies: Bodies): string {
  return `event: job\nid: ${job.revision}\ndata: ${JSON.stringify(bodies.job(job))}\n\n`;
}
