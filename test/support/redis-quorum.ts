import { Redis } from 'ioredis';
import { RedlockLeaseStore, type RedlockLeaseStoreOptions } from 'nestjs-background-redlock';
import { onCleanUp } from './deferred-cleanup.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

/** Independent Redis servers, and an operator's connection to each. They end with the test at the latest. */
export class RedisQuorum {
  private constructor(
    readonly servers: readonly RedisServer[],
    readonly operators: readonly Redis[],
  ) {}

  static async start(size: number): Promise<RedisQuorum> {
    const servers = await Promise.all(Array.from({ length: size }, () => RedisServer.start()));
    const operators = servers.map(({ url }) => {
      const operator = new Redis(url, { maxRetriesPerRequest: null, disconnectTimeout: 10 });
      operator.on('error', () => {});
      onCleanUp(() => operator.disconnect());
      return operator;
    });
    return new RedisQuorum(servers, operators);
  }

  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** A replica's store on these servers, connected to a majority of them. */
  async open(options: Partial<RedlockLeaseStoreOptions> = {}): Promise<RedlockLeaseStore> {
    const store = new RedlockLeaseStore({ nodes: this.urls, commandTimeout: 3_000, ...options });
    onCleanUp(() => store.close());
    await until(() => store.inspect([]), { what: 'the connections', every: 5 });
    return store;
  }

  /** Does the same on every server. */
  async each<Result>(work: (operator: Redis) => Promise<Result>): Promise<readonly Result[]> {
    return Promise.all(this.operators.map(work));
  }

  async stop(): Promise<void> {
    for (const operator of this.operators) operator.disconnect();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
