import { Inject, Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Timer } from 'nestjs-background-services';
import { EventStream } from 'nestjs-background-services/http';
import { isFinal, type Job } from '../model/index.js';
import type { ResolvedOptions } from '../options.js';
import { JobFollowers } from '../service/index.js';
import { RESOLVED_OPTIONS } from '../tokens.js';
import type { Bodies } from './bodies.js';

/** Without a change, clients hear so often that they are still connected, ms. */
const HEARTBEAT = 15_000;
/** A client that lost its stream asks again after about this long, ms: each after another time, or all come back at once after a restart. */
const RETRY = 1_000;
const MOST_CLIENTS = 2_000;

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

  /** @throws ServiceUnavailableException if the app is closing, or too many listen */
  assertOpen(): void {
    if (this.#state === 'closed') throw new ServiceUnavailableException('The app is shutting down');
    if (this.#streams.size >= MOST_CLIENTS)
      throw new ServiceUnavailableException(`${MOST_CLIENTS} clients are listening`);
  }

  /** Sends the job whenever it has another revision than the client knows, and ends after its end. */
  add(id: string, response: ServerResponse, known: number, bodies: Bodies): void {
    let seen = known;
    const retry = Math.round(RETRY * (0.5 + this.options.random()));
    const stream = new EventStream(response, { retry, onClose: () => this.#remove(stream) });
    const end = this.followers.follow(id, (job) => {
      if (!job) return stream.close();
      if (job.revision > seen) stream.send(frameOf(job, bodies));
      seen = Math.max(seen, job.revision);
      if (isFinal(job.state)) stream.end();
    });
    this.#streams.set(stream, end);
    this.#heartbeat ??= this.options.clock.setTimeout(() => this.#beat(), HEARTBEAT);
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
