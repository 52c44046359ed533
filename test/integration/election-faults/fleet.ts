import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
  type LeadershipLostError,
  type LeaseTiming,
} from 'nestjs-background-services';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { onCleanUp } from '../../support/deferred-cleanup.js';
import { ObservedLeaseStore } from '../../support/observed-lease-store.js';
import type { ProcessorWaits } from '../../support/processor-waits.js';
import { RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { Journal, type Start } from './journal.js';

export const KEY = 'faults:leader';
export const TTL = 2_000;
export const TIMING: LeaseTiming = {
  ttl: TTL,
  renewInterval: TTL / 3,
  renewDeadline: (2 * TTL) / 3,
  retryInterval: TTL / 3,
  jitter: 0.2,
};

/** Milliseconds between two iterations. */
const TICK = 40;

/** A whole app that campaigns for {@link KEY}, with a network of its own between it and Redis. */
export interface Replica {
  readonly name: string;
  readonly proxy: TcpProxy;
  readonly manager: BackgroundServiceManager;
  isLeader(): boolean;
  close(): Promise<void>;
}

/** Two replicas on one Redis. The first one leads. */
export class Fleet {
  private constructor(
    readonly server: RedisServer,
    /** A connection that no proxy is in the way of. */
    readonly redis: Redis,
    readonly journal: Journal,
    readonly replicas: readonly [Replica, Replica],
  ) {}

  static async start(waits: ProcessorWaits): Promise<Fleet> {
    const server = await RedisServer.start();
    const redis = new Redis(server.url, { maxRetriesPerRequest: null, disconnectTimeout: 10 });
    redis.on('error', () => {});
    onCleanUp(() => redis.disconnect());
    const journal = new Journal(TIMING, waits);
    const first = await startReplica('first', server, journal);
    await until(() => journal.term, { what: 'the first replica to lead' });
    return new Fleet(server, redis, journal, [first, await startReplica('second', server, journal)]);
  }

  get leader(): Replica | undefined {
    return this.replicas.find((replica) => replica.isLeader());
  }

  /** Waits until this replica has begun a term, and returns it. */
  async leads({ name }: Replica): Promise<Start> {
    const term = await until(() => this.journal.term, {
      what: `${name} to lead`,
      satisfies: (latest) => latest?.replica === name,
      timeout: 2 * TTL,
      every: 5,
    });
    return term!;
  }

  /** Waits for an iteration that starts after this moment. Returns who ran it, and under which token. */
  async worksAgain(since = performance.now(), timeout = 10_000) {
    return until(() => this.journal.starts.findLast(({ at }) => at > since), {
      what: 'an iteration to start',
      timeout,
    });
  }

  /** Lets each replica step down once, so that the other one has to take over: no loop has died. */
  async changesHands(): Promise<void> {
    const channel = 'background-services:released';
    await until(() => this.redis.pubsub('NUMSUB', channel), {
      what: 'both replicas to listen',
      satisfies: ([, listeners]) => listeners === 2,
    });
    for (let turn = 0; turn < 2; turn += 1) {
      const leader = await until(() => this.leader, { what: 'a leader' });
      await leader!.manager.stepDown(KEY);
      await this.leads(this.replicas.find((replica) => replica !== leader)!);
    }
    await this.worksAgain();
  }
}

async function startReplica(name: string, server: RedisServer, journal: Journal): Promise<Replica> {
  const proxy = await TcpProxy.start(server);
  const redis = new RedisLeaseStore({ redis: proxy.url, commandTimeout: TTL / 10 });
  const store = new ObservedLeaseStore(
    redis,
    () => performance.now(),
    (command) => journal.commands.push({ replica: name, ...command }),
  );
  const app = await startApp(name, store);
  const manager = app.get(BackgroundServiceManager);
  register(name, manager, journal);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= app.close().then(() => redis.close()));
  onCleanUp(close);
  return { name, proxy, manager, isLeader: () => manager.isLeader(KEY), close };
}

function startApp(name: string, store: ObservedLeaseStore): Promise<INestApplicationContext> {
  const options = {
    store,
    instanceId: name,
    lease: TIMING,
    health: false,
    shutdown: { drainTimeout: 500 },
  } as const;
  return NestFactory.createApplicationContext(BackgroundServicesModule.forRoot(options), { logger: false });
}

/** Two workers under one lease: one sees the term as a whole, the other ticks. */
function register(replica: string, manager: BackgroundServiceManager, journal: Journal): void {
  const note = ({ fencingToken }: Iteration) => ({ replica, token: fencingToken, at: performance.now() });
  manager.register({
    name: 'term',
    key: KEY,
    run: async (iteration) => {
      journal.terms.push(note(iteration));
      await new Promise<void>((resolve) => {
        iteration.signal.addEventListener('abort', () => {
          const { reason } = iteration.signal.reason as LeadershipLostError;
          journal.aborted({ ...note(iteration), reason });
          resolve();
        });
      });
    },
  });
  manager.register({
    name: 'tick',
    key: KEY,
    schedule: { every: TICK },
    immediate: true,
    run: (iteration) => void journal.starts.push(note(iteration)),
  });
}
