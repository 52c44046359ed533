import type {
  AcquireReply,
  AcquireRequest,
  LeaseStore,
  LeaseView,
  RecordReply,
  RecordRequest,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from 'nestjs-background-services';
import type { Command, Journal } from './journal.js';

/** Passes everything on, and writes down what a replica sends, when, and what it is answered. */
export class ObservedLeaseStore implements LeaseStore {
  readonly name = 'observed';
  readonly shared = true;

  constructor(
    private readonly replica: string,
    private readonly journal: Journal,
    private readonly store: LeaseStore,
  ) {}

  async acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const sentAt = performance.now();
    const replies = await this.store.acquire(requests);
    for (const reply of replies)
      this.#note('acquire', sentAt, reply.outcome, reply.outcome === 'acquired' ? reply.token : undefined);
    return replies;
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    const sentAt = performance.now();
    const replies = await this.store.renew(requests);
    replies.forEach(({ outcome }, i) => this.#note('renew', sentAt, outcome, requests[i]?.token));
    return replies;
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const sentAt = performance.now();
    const reply = await this.store.release(request);
    this.#note('release', sentAt, reply.outcome, request.token);
    return reply;
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.store.record(request);
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return this.store.inspect(keys);
  }

  watch(listener: ReleaseListener): () => void {
    return this.store.watch(listener);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  #note(kind: Command['kind'], sentAt: number, outcome: string, token: number | undefined): void {
    const answeredAt = performance.now();
    this.journal.commands.push({ replica: this.replica, kind, sentAt, answeredAt, outcome, token });
  }
}
