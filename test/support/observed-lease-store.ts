import { boardOf } from 'nestjs-background-services/store';
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
} from 'nestjs-background-services/store';

/** One command for one lease, as its sender saw it. */
export interface ObservedCommand {
  readonly kind: 'acquire' | 'renew' | 'release';
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly outcome: AcquireReply['outcome'] | RenewReply['outcome'] | ReleaseReply['outcome'];
  /** Of an acquisition that was granted, the new one. */
  readonly token: number | undefined;
}

/** Passes everything on, and tells what a replica sends, when, and what it is answered. */
export class ObservedLeaseStore implements LeaseStore {
  readonly shared = true;

  constructor(
    private readonly store: LeaseStore,
    private readonly now: () => number,
    private readonly observe: (command: ObservedCommand) => void,
  ) {}

  get shards() {
    return this.store.shards;
  }

  get board() {
    return boardOf(this.store);
  }

  get name(): string {
    return this.store.name;
  }

  async acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const sentAt = this.now();
    const replies = await this.store.acquire(requests);
    for (const reply of replies) {
      this.#note('acquire', sentAt, reply, reply.outcome === 'acquired' ? reply.token : undefined);
    }
    return replies;
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    const sentAt = this.now();
    const replies = await this.store.renew(requests);
    replies.forEach((reply, i) => this.#note('renew', sentAt, reply, requests[i]?.token));
    return replies;
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const sentAt = this.now();
    const reply = await this.store.release(request);
    this.#note('release', sentAt, reply, request.token);
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

  #note(
    kind: ObservedCommand['kind'],
    sentAt: number,
    { outcome }: Pick<ObservedCommand, 'outcome'>,
    token: number | undefined,
  ): void {
    this.observe({ kind, sentAt, answeredAt: this.now(), outcome, token });
  }
}
