import { isError, StoreError } from '../../errors/index.js';
import { type Instrumentation, type LeaseOperation, surround } from '../../events/index.js';
import { callGuest } from '../../kit/index.js';
import type {
  AcquireReply,
  AcquireRequest,
  LeaseRef,
  LeaseStore,
  LeaseView,
  RecordReply,
  RecordRequest,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
  Unknown,
  WholeLeaseStore,
} from '../lease-store.js';
import type { StoreWarning } from '../store-warning.js';
import { nameOf, readAnswer, readBatch, type Reader } from './answers.js';
import {
  readAcquireReply,
  readLeaseView,
  readRecordReply,
  readRelease,
  readReleaseReply,
  readRenewReply,
} from './replies.js';
import { readWarnings } from './warnings.js';

/**
 * Any store as the library asks it: its commands are watched, e.g. by a tracer, and its every answer is checked, for it may be the app's own. What is no answer of the port becomes `unknown`, with an error that names
 * the store, the method, what was expected and what came; so does what it throws. It may still hang: who asks sets a limit.
 */
export class CheckedLeaseStore implements WholeLeaseStore {
  readonly name: string;
  readonly shared: boolean;
  readonly shards: true | undefined;

  /**
   * @param onProblem told of what is no reply: a watch that fails
   * @param instrumentation what is put around commands; nothing by default
   */
  constructor(
    private readonly store: LeaseStore,
    private readonly onProblem: (error: unknown) => void = () => undefined,
    private readonly instrumentation?: Instrumentation,
  ) {
    this.name = nameOf(store);
    this.shared = store.shared;
    this.shards = store.shards === true ? true : undefined;
  }

  get warnings(): readonly StoreWarning[] {
    return readWarnings(() => this.store.warnings);
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#askMany(
      'acquire',
      requests,
      () => this.store.acquire(requests),
      (answer, { tokenFloor }) => readAcquireReply(answer, tokenFloor),
    );
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#askMany('renew', requests, () => this.store.renew(requests), readRenewReply);
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    return this.#ask('release', request, () => this.store.release(request), readReleaseReply);
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.#ask('record', request, () => this.store.record(request), readRecordReply);
  }

  async inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    const answer: unknown = await this.store.inspect(keys);
    return this.#read('inspect', answer, (views) => readBatch(views, keys.length).map(readLeaseView));
  }

  watch(listener: ReleaseListener): () => void {
    let state: 'open' | 'closed' = 'open';
    const tell = (release: unknown): void => {
      if (state === 'closed') return;
      callGuest(() => {
        listener(this.#read('watch', release, readRelease));
      }, this.onProblem);
    };
    let unwatch: unknown;
    callGuest(() => (unwatch = this.store.watch(tell)), this.onProblem);
    return () => {
      state = 'closed';
      if (typeof unwatch === 'function') callGuest(unwatch as () => unknown, this.onProblem);
    };
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  async #askMany<Request extends LeaseRef, Reply>(
    operation: LeaseOperation,
    requests: readonly Request[],
    command: () => Promise<unknown>,
    reader: (answer: unknown, request: Request) => Reply,
  ): Promise<readonly (Reply | Unknown)[]> {
    try {
      const answer = await this.#watched(operation, requests, command);
      const answers = this.#read(operation, answer, (all) => readBatch(all, requests.length));
      return requests.map((request, i) =>
        this.#readOrUnknown(operation, answers[i], (one) => reader(one, request)),
      );
    } catch (error) {
      return requests.map(() => unknown(error));
    }
  }

  async #ask<Reply>(
    operation: LeaseOperation,
    request: LeaseRef,
    command: () => Promise<unknown>,
    reader: Reader<Reply>,
  ): Promise<Reply | Unknown> {
    try {
      return this.#readOrUnknown(operation, await this.#watched(operation, [request], command), reader);
    } catch (error) {
      return unknown(error);
    }
  }

  #watched(
    operation: LeaseOperation,
    requests: readonly LeaseRef[],
    command: () => Promise<unknown>,
  ): Promise<unknown> {
    const { instrumentation } = this;
    if (!instrumentation) return command();
    const keys = requests.map(({ key }) => key);
    return surround((work) => instrumentation.leaseOperation(operation, keys, work), command);
  }

  #readOrUnknown<Reply>(method: string, answer: unknown, reader: Reader<Reply>): Reply | Unknown {
    try {
      return this.#read(method, answer, reader);
    } catch (error) {
      return unknown(error);
    }
  }

  #read<T>(method: string, answer: unknown, reader: Reader<T>): T {
    return readAnswer(`The lease store "${this.name}"`, method, answer, reader);
  }
}

function unknown(cause: unknown): Unknown {
  return {
    outcome: 'unknown',
    error: isError(cause) ? cause : new StoreError('The lease store failed', { cause }),
  };
}
