import { join } from 'node:path';
// webpack knows threads by this name alone.
import { Worker, type WorkerOptions } from 'worker_threads';
import { describeError, HeartbeatThreadError } from '../../errors/index.js';
import type { Clock, HeldLease, Instant, StoreInThread, Timer } from '../../lease/index.js';
import type { LeaseTiming } from '../timing.js';
import type { KeptLease, LeaseKeeper } from './lease-keeper.js';
import { SharedLease } from './shared-lease.js';
import type { LineLogger } from '../../logs/index.js';

/** What the heartbeat thread is born with. */
export interface KeeperThreadData {
  readonly store: StoreInThread;
  readonly timing: LeaseTiming;
  readonly stallLimit: number;
  /** The origin of the event loop's monotonic clock on the machine's, ns. */
  readonly origin: bigint;
  /** When the event loop last answered, µs on its monotonic clock. */
  readonly pulse: SharedArrayBuffer;
}

/** The one message that it is sent. */
export interface KeepMessage {
  readonly lease: HeldLease;
  readonly memory: SharedArrayBuffer;
}

/** What it says: that its code is there, then that the store's is, and then that it can renew. */
export type KeeperNews = 'started' | 'loaded' | 'ready';

export interface ThreadKeeperContext {
  readonly store: StoreInThread;
  readonly timing: LeaseTiming;
  readonly stallLimit: number;
  readonly clock: Clock;
  readonly logger: LineLogger;
}

/** The event loop says this often in a stall limit that it is there … */
const PULSES = 20;
/** … and at least this often, ms. */
const SLOWEST_PULSE = 1_000;

/** Written as webpack reads it, which then makes a file of the thread's code. What esbuild makes of it for CommonJS has no URL, but a folder. */
function threadOf(options: WorkerOptions): Worker {
  return (import.meta.url as string | undefined) === undefined
    ? new Worker(join(__dirname, 'keeper-thread.js'), options)
    : new Worker(new URL('./keeper-thread.js', import.meta.url), options);
}

/** The keeper in a thread of its own, which goes on while the event loop is blocked. One that ends is replaced. */
export class ThreadKeeper implements LeaseKeeper {
  readonly ready: Promise<void>;
  /** Resolves once the thread runs. Rejects with {@link HeartbeatThreadError} if its code or the store's is not there: no later start would find it. */
  readonly loaded: Promise<void>;
  readonly #pulse = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  readonly #kept = new Map<string, { readonly lease: HeldLease; readonly shared: SharedLease }>();
  #thread: Worker;
  #timer: Timer | undefined;
  #replacement: Timer | undefined;
  #pulsedAt: number;
  #closed = false;
  #setReady: () => void = () => undefined;

  /** @throws HeartbeatThreadError if there is no way to tell where the thread's code is */
  constructor(private readonly context: ThreadKeeperContext) {
    this.#pulsedAt = context.clock.monotonic();
    this.ready = new Promise((resolve) => (this.#setReady = resolve));
    this.#thread = this.#startFirst();
    this.loaded = this.#loading(this.#thread);
    this.#answer();
  }

  keep(lease: HeldLease, sentAt: Instant): KeptLease {
    const shared = SharedLease.since(sentAt);
    this.#kept.set(lease.key, { lease, shared });
    this.#send(lease, shared);
    return shared;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#replacement?.cancel();
    await this.#thread.terminate();
  }

  #send(lease: HeldLease, { memory }: SharedLease): void {
    this.#thread.postMessage({ lease, memory } satisfies KeepMessage);
  }

  #startFirst(): Worker {
    try {
      return this.#start();
    } catch (error) {
      throw new HeartbeatThreadError(error);
    }
  }

  #loading(thread: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      let missing: 'thread' | 'store' = 'thread';
      thread.on('message', (news: KeeperNews) => {
        if (news === 'started') missing = 'store';
        else resolve();
      });
      thread.once('error', (error) => reject(new HeartbeatThreadError(error, missing)));
      thread.once('exit', () => resolve());
    });
  }

  #start(): Worker {
    const { store, timing, stallLimit, clock } = this.context;
    const origin = process.hrtime.bigint() - BigInt(Math.round(clock.monotonic() * 1e6));
    const pulse = this.#pulse.buffer;
    const thread = threadOf({
      name: 'lease heartbeat',
      workerData: { store, timing, stallLimit, origin, pulse } satisfies KeeperThreadData,
      // What the app was started with (loaders, inspectors) is not the thread's.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    thread.unref();
    thread.on('message', (news: KeeperNews) => {
      if (news === 'ready') this.#setReady();
    });
    thread.on('error', (error) => this.#logFailure(error));
    thread.on('exit', () => this.#replace());
    return thread;
  }

  /** Leases are renewed by the event loop meanwhile. */
  #replace(): void {
    this.#setReady();
    if (this.#closed) return;
    const { clock, timing } = this.context;
    this.#replacement = clock.setTimeout(() => this.#startAgain(), timing.renewInterval);
  }

  #startAgain(): void {
    try {
      this.#thread = this.#start();
    } catch (error) {
      // No threads to be had now: an error in a timer would end the process.
      this.#logFailure(error);
      this.#replace();
      return;
    }
    for (const { lease, shared } of this.#kept.values()) this.#send(lease, shared);
  }

  #logFailure(error: unknown): void {
    const { message, details } = describeError(error);
    this.context.logger.error(`The heartbeat thread failed: ${message}`, {}, details);
  }

  /** Says that the event loop is there, and goes on saying it. */
  #answer(): void {
    const { clock, stallLimit } = this.context;
    const now = clock.monotonic();
    this.#noteSilence(now - this.#pulsedAt);
    // What ended during a silence was in care when it began.
    for (const [key, { shared }] of this.#kept) if (!shared.isKept) this.#kept.delete(key);
    this.#pulsedAt = now;
    Atomics.store(this.#pulse, 0, BigInt(Math.floor(now * 1_000)));
    this.#timer = clock.setTimeout(() => this.#answer(), Math.min(stallLimit / PULSES, SLOWEST_PULSE));
  }

  #noteSilence(silence: number): void {
    const { timing, stallLimit, logger } = this.context;
    if (this.#kept.size === 0) return;
    const lasted = `The event loop was blocked for ${(silence / 1_000).toFixed(1)} s`;
    if (silence > stallLimit) {
      logger.error(`${lasted}, longer than stallLimit (${stallLimit} ms): its leases were left to expire`);
    } else if (silence > timing.renewDeadline) {
      logger.warn(`${lasted}; the heartbeat thread renewed its leases`);
    }
  }
}
