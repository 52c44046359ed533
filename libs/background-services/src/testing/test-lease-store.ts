import {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type LeaseStore,
  type LeaseView,
  MemoryLeaseStore,
  type RecordReply,
  type RecordRequest,
  type ReleaseListener,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
} from '../lease/index.js';

/** A memory store that fails on request. */
export class TestLeaseStore implements LeaseStore {
  readonly name = 'test';
  readonly shared = false;
  readonly shards = true;
  readonly #memory: MemoryLeaseStore;
  #failures: Error[] = [];
  #hanging = false;

  constructor(clock: Clock) {
    this.#memory = new MemoryLeaseStore(clock);
  }

  /** The next `count` commands fail without having run. */
  failNext(count: number, error = new Error('The test store failed on request')): void {
    this.#failures = Array.from({ length: count }, () => error);
  }

  /** From now on commands get no answer and do not run, until `thaw()`. */
  freeze(): void {
    this.#hanging = true;
  }

  thaw(): void {
    this.#hanging = false;
  }

  set(key: string, holder: string, ttl?: number): void {
    this.#memory.set(key, holder, ttl);
  }

  delete(key: string): void {
    this.#memory.delete(key);
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#run(() => this.#memory.acquire(requests));
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#run(() => this.#memory.renew(requests));
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    return this.#run(() => this.#memory.release(request));
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.#run(() => this.#memory.record(request));
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return this.#run(() => this.#memory.inspect(keys));
  }

  watch(listener: ReleaseListener): () => void {
    return this.#memory.watch(listener);
  }

  close(): Promise<void> {
    return this.#memory.close();
  }

  #run<T>(command: () => Promise<T>): Promise<T> {
    const failure = this.#failures.pop();
    if (failure) return Promise.reject(failure);
    return this.#hanging ? new Promise<T>(() => undefined) : command();
  }
}
