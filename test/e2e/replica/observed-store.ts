import type {
  AcquireRequest,
  LeaseStore,
  RecordRequest,
  ReleaseListener,
  ReleaseRequest,
  RenewRequest,
} from 'nestjs-background-services';
import { report, timestamp } from './report.js';

/** Reports when each command that was confirmed had been sent: the renew deadline counts from there. */
export class ObservedStore implements LeaseStore {
  readonly shared = true;

  constructor(private readonly store: LeaseStore) {}

  get name(): string {
    return this.store.name;
  }

  async acquire(requests: readonly AcquireRequest[]) {
    const at = timestamp();
    const replies = await this.store.acquire(requests);
    for (const reply of replies)
      if (reply.outcome === 'acquired') report({ event: 'confirmed', at, token: reply.token });
    return replies;
  }

  async renew(requests: readonly RenewRequest[]) {
    const at = timestamp();
    const replies = await this.store.renew(requests);
    replies.forEach((reply, i) => {
      if (reply.outcome === 'renewed') report({ event: 'confirmed', at, token: requests[i]!.token });
    });
    return replies;
  }

  release(request: ReleaseRequest) {
    return this.store.release(request);
  }

  record(request: RecordRequest) {
    return this.store.record(request);
  }

  inspect(keys: readonly string[]) {
    return this.store.inspect(keys);
  }

  watch(listener: ReleaseListener) {
    return this.store.watch(listener);
  }

  close() {
    return this.store.close();
  }
}
