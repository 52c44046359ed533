import type { ReleaseReply, ReleaseRequest } from '../lease-store.js';

interface Batch {
  readonly requests: ReleaseRequest[];
  readonly replies: Promise<readonly ReleaseReply[]>;
  readonly send: () => void;
}

/**
 * Sends the releases of one tick together: a leader that leaves gives up many keys at once, and a standby that hears of them at once tries
 * for them once, instead of again and again for what was released meanwhile.
 */
export class ReleaseQueue {
  #open: Batch | undefined;

  /** @param send one reply per request, in order; never rejects */
  constructor(
    private readonly send: (requests: readonly ReleaseRequest[]) => Promise<readonly ReleaseReply[]>,
  ) {}

  async add(request: ReleaseRequest): Promise<ReleaseReply> {
    this.#open ??= this.#begin();
    const { requests, replies } = this.#open;
    const place = requests.push(request) - 1;
    return (await replies)[place]!;
  }

  /** Sends now what waits for the end of this tick. */
  flush(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.send();
  }

  #begin(): Batch {
    const requests: ReleaseRequest[] = [];
    let send: () => void = () => undefined;
    const replies = new Promise<readonly ReleaseReply[]>((resolve) => {
      send = () => resolve(this.send(requests));
    });
    // After all that goes on in this tick, promises included: drains that end together release together.
    process.nextTick(() => this.flush());
    return { requests, replies, send };
  }
}
