import { Logger } from '@nestjs/common';
import {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type LeaseStore,
  type LeaseView,
  type RecordReply,
  type RecordRequest,
  type ReleaseListener,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
  type Timer,
} from '../lease/index.js';
import type { EventSink } from '../events/index.js';
import { Elections, type Elector, type LeaseTiming } from '../leadership/index.js';
import {
  CIRCUIT_BREAKER_DEFAULTS,
  type CircuitBreakerOptions,
  type Iteration,
  Runner,
  type ScheduleSpec,
  Worker,
  type WorkerContext,
  type WorkerDefinition,
  type WorkerOptions,
} from '../workers/index.js';

export const TEST_TIMING: LeaseTiming = {
  ttl: 30_000,
  renewInterval: 10_000,
  renewDeadline: 20_000,
  retryInterval: 10_000,
  jitter: 0.2,
};

export const TEST_KEY = 'test:leader';

export interface TestReplicaOptions {
  /** Of the whole fleet. */
  readonly clock: Clock;
  readonly store: LeaseStore;
  readonly workers: readonly WorkerDefinition[];
  /** How far this replica's wall clock is ahead of the fleet's, ms. */
  readonly skew?: number;
  readonly timing?: LeaseTiming;
  readonly drainTimeout?: number;
  readonly circuitBreaker?: CircuitBreakerOptions | false;
  readonly events?: EventSink;
}

/**
 * A replica without Nest around it: workers, runner and election over a clock and a store that it shares with others, to play failovers.
 */
export class TestReplica {
  readonly clock: ReplicaClock;
  readonly connection: ReplicaConnection;
  readonly runner: Runner;
  readonly elector: Elector;
  readonly context: WorkerContext;

  constructor(instanceId: string, options: TestReplicaOptions) {
    const { timing = TEST_TIMING, drainTimeout = 5_000, circuitBreaker = CIRCUIT_BREAKER_DEFAULTS } = options;
    this.clock = new ReplicaClock(options.clock, options.skew ?? 0);
    this.connection = new ReplicaConnection(options.store);
    const { clock, connection: store } = this;
    const shared = { clock, timing, random: () => 0.5, events: options.events };
    this.context = { ...shared, circuitBreaker, bootedAt: clock.wall() };
    const logger = new Logger(instanceId);
    const elections = new Elections({ ...shared, instanceId, store, drainTimeout, logger });
    this.runner = new Runner(clock);
    for (const definition of options.workers) this.runner.add(new Worker(definition, this.context));
    this.elector = elections.open(TEST_KEY, this.runner);
  }

  start(): this {
    this.elector.start();
    return this;
  }

  /** Leaves in order: drains and releases. */
  stop(): Promise<boolean> {
    return this.elector.stop();
  }

  /** Ends it as `kill -9` would: no timer fires and no command is sent any more. */
  kill(): void {
    this.clock.kill();
    this.connection.kill();
  }

  /** The worker of that name, or the only one. */
  worker(name?: string): Worker {
    const worker = this.runner.workers.find((candidate) => name === undefined || candidate.name === name);
    if (!worker) throw new Error(`The replica has no worker ${name ?? ''}`);
    return worker;
  }
}

/** The fleet's clock as one machine reads it. */
export class ReplicaClock implements Clock {
  #alive = true;

  constructor(
    private readonly fleet: Clock,
    private skew: number,
  ) {}

  monotonic(): number {
    return this.fleet.monotonic();
  }

  wall(): number {
    return this.fleet.wall() + this.skew;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    return this.fleet.setTimeout(() => {
      if (this.#alive) callback();
    }, delay);
  }

  /** Sets this machine's wall clock forward, or back with a negative number. */
  step(ms: number): void {
    this.skew += ms;
  }

  kill(): void {
    this.#alive = false;
  }
}

type Fault = 'none' | 'lost-command' | 'lost-reply' | 'late-reply';

/** One replica's way to the store. Its ledger writes can be disturbed. */
export class ReplicaConnection implements LeaseStore {
  readonly name = 'test';
  readonly shared = true;
  readonly shards = true;
  readonly records: RecordRequest[] = [];
  #alive = true;
  #faults: Fault[] = [];
  #deliver: (() => void)[] = [];

  constructor(private readonly store: LeaseStore) {}

  /** What happens to the next ledger writes, in turn. */
  disturb(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Lets the replies arrive that were `late-reply`. */
  deliver(): void {
    for (const deliver of this.#deliver.splice(0)) deliver();
  }

  kill(): void {
    this.#alive = false;
  }

  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]> {
    return this.#run(() => this.store.acquire(requests));
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]> {
    return this.#run(() => this.store.renew(requests));
  }

  release(request: ReleaseRequest): Promise<ReleaseReply> {
    return this.#run(() => this.store.release(request));
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return this.#run(() => this.#record(request, this.#faults.shift() ?? 'none'));
  }

  inspect(keys: readonly string[]): Promise<readonly LeaseView[]> {
    return this.#run(() => this.store.inspect(keys));
  }

  watch(listener: ReleaseListener): () => void {
    return this.store.watch((release) => {
      if (this.#alive) listener(release);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #record(request: RecordRequest, fault: Fault): Promise<RecordReply> {
    if (fault === 'lost-command') throw new Error('The command did not reach the store');
    this.records.push(request);
    const reply = await this.store.record(request);
    if (fault === 'lost-reply') throw new Error('The reply did not come back');
    if (fault === 'late-reply') await new Promise<void>((resolve) => this.#deliver.push(resolve));
    // A process that died meanwhile reads no reply.
    return this.#alive ? reply : new Promise<RecordReply>(() => undefined);
  }

  #run<T>(command: () => Promise<T>): Promise<T> {
    return this.#alive ? command() : new Promise<T>(() => undefined);
  }
}

/** A worker definition with everything that a test does not care about filled in. */
export function testWorker(
  schedule: ScheduleSpec,
  run: (iteration: Iteration) => unknown,
  options: WorkerOptions = {},
  name = 'worker',
): WorkerDefinition {
  return { name, key: TEST_KEY, place: `Test.${name}`, schedule, options, run };
}

/** Work that goes on until the test lets it end. */
export class Gate {
  readonly opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }
}
