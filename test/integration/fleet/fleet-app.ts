import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
  type WorkerConfig,
} from 'nestjs-background-services';
import { FleetControl, FleetStatus } from 'nestjs-background-services/fleet';
import {
  boardOf,
  type Clock,
  type FleetBoard,
  type LeaseStore,
  RedisLeaseStore,
} from 'nestjs-background-services/store';
import { onCleanUp } from '../../support/deferred-cleanup.js';
import { until } from '../../support/until.js';

export const KEY = 'orders:leader';
export const WORKER = 'orders';

/** Who acts in the tests, and why. */
export const REASON = { by: 'ada', why: 'a test' };

export interface FleetAppOptions {
  readonly redis: string;
  /** Milliseconds. @default the library's */
  readonly ttl?: number;
  /** Of renewals and tries. @default the module's */
  readonly jitter?: number;
  /** What lies between the app and its store. @default nothing */
  readonly through?: (store: LeaseStore) => LeaseStore;
  /** @default the machine's */
  readonly clock?: Clock;
  /** @default one, {@link WORKER}, each 100 ms */
  readonly workers?: readonly Partial<WorkerConfig>[];
}

/** One replica in this process, with all that an operator has of it. */
export class FleetApp {
  readonly manager: BackgroundServiceManager;
  readonly status: FleetStatus;
  readonly control: FleetControl;
  /** When each iteration began here, of `performance.now()`. */
  readonly starts: { readonly worker: string; readonly at: number }[] = [];

  private constructor(private readonly app: INestApplicationContext) {
    this.manager = app.get(BackgroundServiceManager);
    this.status = app.get(FleetStatus);
    this.control = app.get(FleetControl);
  }

  static async start(name: string, options: FleetAppOptions): Promise<FleetApp> {
    const { redis, ttl, jitter, clock, through = (store: LeaseStore) => store, workers = [{}] } = options;
    const store = new RedisLeaseStore({ redis, commandTimeout: 1_000 });
    const app = await NestFactory.createApplicationContext(
      BackgroundServicesModule.forRoot({
        store: through(store),
        instanceId: name,
        lease: { ...(ttl === undefined ? {} : { ttl }), ...(jitter === undefined ? {} : { jitter }) },
        ...(clock ? { clock } : {}),
        shutdown: { drainTimeout: 500 },
        health: false,
      }),
      { logger: false },
    );
    const replica = new FleetApp(app);
    onCleanUp(async () => {
      await replica.stop();
      await store.close();
    });
    for (const worker of workers) replica.#register(worker);
    return replica;
  }

  get id(): string {
    return this.manager.instanceId;
  }

  get leads(): boolean {
    return this.manager.isLeader(KEY);
  }

  /** Iterations that began here since then, of `performance.now()`. */
  startsSince(since: number): number {
    return this.starts.filter(({ at }) => at >= since).length;
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  #register({ name = WORKER, run, ...config }: Partial<WorkerConfig>): void {
    this.manager.register({
      name,
      key: KEY,
      schedule: { every: 100 },
      ...config,
      run: (iteration: Iteration) => {
        this.starts.push({ worker: name, at: performance.now() });
        return run?.(iteration);
      },
    });
  }
}

/** Several replicas; the first of them leads. */
export async function startApps(
  size: number,
  options: FleetAppOptions,
): Promise<readonly [FleetApp, ...FleetApp[]]> {
  const leader = await FleetApp.start('replica-0', options);
  await until(() => leader.leads, { what: 'a leader' });
  const followers = Array.from({ length: size - 1 }, (_, i) => FleetApp.start(`replica-${i + 1}`, options));
  const apps = [leader, ...(await Promise.all(followers))] as const;
  await until(() => leader.status.view(), {
    what: 'all replicas to be seen',
    satisfies: ({ replicas }) => replicas.length === size,
  });
  return apps;
}

/** A store whose hints never arrive, as if pub/sub were cut. */
export function deaf(store: LeaseStore): LeaseStore {
  const watch = () => () => undefined;
  const board = boardOf(store);
  const own = board && { board: overlaid<FleetBoard>(board, { watch }) };
  return overlaid<LeaseStore>(store, { watch, ...own });
}

/** A store as it was before there were fleets. */
export function withoutBoard(store: LeaseStore): LeaseStore {
  return overlaid(store, { board: undefined });
}

function overlaid<Target extends object>(target: Target, changes: Record<string, unknown>): Target {
  return new Proxy(target, {
    get: (_, name) => {
      if (typeof name === 'string' && name in changes) return changes[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
