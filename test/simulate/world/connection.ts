import type {
  AcquireReply,
  AcquireRequest,
  LeaseStore,
  LeaseView,
  MemoryLeaseStore,
  RecordReply,
  RecordRequest,
  ReleaseListener,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from '../../../libs/background-services/src/lease/index.js';
import { tokenText } from '../engine/history.js';
import type { Command, Line } from './line.js';
import type { Process } from './process.js';
import type { Surroundings } from './surroundings.js';

type StoreCommand<Reply> = Omit<Command<Reply>, 'run'> & {
  readonly run: (store: MemoryLeaseStore) => Promise<Reply>;
};

/** The leases as one process sees them, at the other end of its line. */
export class Connection implements LeaseStore {
  readonly name = 'simulated';
  readonly shared = true;
  readonly shards = true;

  constructor(
    private readonly world: Surroundings,
    private readonly replica: Process,
    private readonly line: Line,
  ) {}

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    const { leases, terms } = this.world;
    return this.#send<readonly AcquireReply[]>({
      text: () => `acquire ${requests.map(({ key }) => key).join(', ')}`,
      run: (store) => store.acquire(requests),
      ran: (replies) => replies.forEach((reply, i) => leases.acquired(requests[i]!, reply)),
      answered: (replies, sentAt) =>
        replies.forEach((reply, i) => {
          if (reply.outcome === 'acquired')
            terms.granted(this.replica, requests[i]!.key, reply.token, sentAt);
        }),
      outcome: (replies) =>
        replies
          .map((reply) =>
            reply.outcome === 'acquired' ? `acquired ${tokenText(reply.token)}` : reply.outcome,
          )
          .join(', '),
    });
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    const { leases, terms } = this.world;
    return this.#send<readonly RenewReply[]>({
      text: () => `renew ${requests.map(({ key, token }) => `${key} ${tokenText(token)}`).join(', ')}`,
      run: (store) => store.renew(requests),
      ran: (replies) => replies.forEach((reply, i) => leases.renewed(requests[i]!, reply)),
      answered: (replies, sentAt) =>
        replies.forEach(({ outcome }, i) => {
          const { key, token } = requests[i]!;
          if (outcome === 'renewed') terms.renewed(this.replica, key, token, sentAt);
        }),
      outcome: (replies) => replies.map(({ outcome }) => outcome).join(', '),
    });
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    const { leases, terms } = this.world;
    terms.releasing(this.replica, request.key, request.token);
    return this.#send<ReleaseReply>({
      text: () => `release ${request.key} ${tokenText(request.token)}`,
      run: (store) => store.release(request),
      ran: ({ outcome }) => leases.released(request, outcome),
      answered: () => undefined,
      outcome: ({ outcome }) => outcome,
    });
  }

  record(request: RecordRequest): Promise<RecordReply> {
    const { leases } = this.world;
    return this.#send<RecordReply>({
      text: () => `record ${request.key} ${tokenText(request.token)} ${request.field} = ${request.value}`,
      run: (store) => store.record(request),
      ran: (reply) => leases.recorded(request, reply),
      answered: () => undefined,
      outcome: ({ outcome }) => outcome,
    });
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return this.#send<readonly LeaseView[]>({
      text: () => `inspect ${keys.join(', ')}`,
      run: (store) => store.inspect(keys),
      ran: () => undefined,
      answered: () => undefined,
      outcome: () => 'seen',
    });
  }

  watch(listener: ReleaseListener): () => void {
    return this.world.onRelease((release) => this.line.hear(() => listener(release)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #send<Reply>({ run, ...command }: StoreCommand<Reply>): Promise<Reply> {
    return this.line.send({ ...command, run: () => this.world.server.execute(run) });
  }
}
