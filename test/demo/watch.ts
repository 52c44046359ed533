import { Redis } from 'ioredis';
import { until } from '../support/processes.js';
import { interval, type Replica, worker, type WorkerHealth } from './replica.js';

/** How the leadership went from one replica to another. Times are in milliseconds. */
export interface HandOver {
  readonly from: string;
  readonly to: string;
  /** From the signal to the entry of the new leader in Redis. */
  readonly leaderless: number;
  /** From the last start of an iteration at the old leader to the first one at the new leader. */
  readonly betweenIterations: number;
}

/** Looks at the fleet from outside, as an operator would: by its health endpoints, and by the lease in Redis. */
export class Watch {
  private readonly redis: Redis;
  private readonly timer: NodeJS.Timeout;
  private readonly counted = new Map<Replica, number>();
  private looking = false;

  constructor(
    private readonly replicas: readonly Replica[],
    redisUrl: string,
  ) {
    this.redis = new Redis(redisUrl, { disconnectTimeout: 100 });
    this.timer = setInterval(() => void this.look(), interval / 10);
  }

  /** The replica whose name is in the lease. */
  async leader(key: string): Promise<Replica | undefined> {
    const holder = await this.redis.get(key);
    return this.replicas.find(({ name }) => holder?.startsWith(`${name}-`));
  }

  /** The lease of the worker: the replicas agree on it, so any of them can tell. */
  async leaseKey(): Promise<string> {
    const { key } = (await until(() => this.replicas[0]!.health(), { what: `health of "${worker}"` }))!;
    return key;
  }

  /** Sends a signal to the leader, and measures until another replica has gone on with the work. */
  async handOver(key: string, signal: NodeJS.Signals): Promise<HandOver> {
    const old = await until(() => this.leader(key), { what: 'a leader' });
    const before = await until(() => old!.health(), { what: 'its health', satisfies: hasStarted });
    const signalled = Date.now();
    old!.signal(signal);
    const next = await until(() => this.leader(key), {
      what: 'another leader',
      satisfies: (leader) => leader !== undefined && leader !== old,
      every: 2,
    });
    const leaderless = Date.now() - signalled;
    const after = await until(() => next!.health(), {
      what: 'its first iteration',
      satisfies: (health) => hasStarted(health) && startOf(health) >= signalled,
    });
    return {
      from: old!.name,
      to: next!.name,
      leaderless,
      betweenIterations: startOf(after) - startOf(before),
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.redis.disconnect();
  }

  /** Says it whenever a replica has begun another iteration. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    for (const replica of this.replicas.filter(({ isAlive }) => isAlive)) {
      const health = await replica.health();
      if (!health || health.iterations === (this.counted.get(replica) ?? 0)) continue;
      this.counted.set(replica, health.iterations);
      replica.voice.say(`▶ ${worker}: iteration ${health.iterations} of this replica`);
    }
    this.looking = false;
  }
}

function hasStarted(health: WorkerHealth | undefined): boolean {
  return typeof health?.lastStartAt === 'string';
}

function startOf(health: WorkerHealth | undefined): number {
  return Date.parse(health!.lastStartAt!);
}
