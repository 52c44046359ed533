import { type Instrumentation, type LeaseOperation, surround } from '../events/index.js';
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
} from './lease-store.js';

/** A store whose commands are watched, e.g. by a tracer. */
export class InstrumentedLeaseStore implements LeaseStore {
  constructor(
    private readonly store: LeaseStore,
    private readonly instrumentation: Instrumentation,
  ) {}

  get name(): string {
    return this.store.name;
  }

  get shared(): boolean {
    return this.store.shared;
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#watched('acquire', keysOf(requests), () => this.store.acquire(requests));
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#watched('renew', keysOf(requests), () => this.store.renew(requests));
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    return this.#watched('release', [request.key], () => this.store.release(request));
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.#watched('record', [request.key], () => this.store.record(request));
  }

  #watched<T>(operation: LeaseOperation, keys: readonly string[], command: () => Promise<T>): Promise<T> {
    return surround((work) => this.instrumentation.leaseOperation(operation, keys, work), command);
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
}

function keysOf(requests: readonly { readonly key: string }[]): readonly string[] {
  return requests.map(({ key }) => key);
}
