import { Redis, type RedisOptions } from 'ioredis';
import { onCleanUp } from './deferred-cleanup.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

const NAME = 'main';
const QUORUM = 2;

/** A master with replicas, and three sentinels that watch over them. All of them end with the test at the latest. */
export class RedisSentinels {
  private constructor(
    readonly master: RedisServer,
    readonly replicas: readonly RedisServer[],
    readonly sentinels: readonly RedisServer[],
  ) {}

  static async start({ replicas: count = 1, downAfter = 500 } = {}): Promise<RedisSentinels> {
    const master = await RedisServer.start();
    const args = ['--replicaof', '127.0.0.1', String(master.port)];
    const replicas = await Promise.all(Array.from({ length: count }, () => RedisServer.start({ args })));
    const config = [
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfter}`,
      `sentinel failover-timeout ${NAME} 3000`,
    ].join('\n');
    const sentinels = await Promise.all(
      Array.from({ length: 3 }, () => RedisServer.start({ config: `${config}\n`, args: ['--sentinel'] })),
    );
    const fleet = new RedisSentinels(master, replicas, sentinels);
    await Promise.all(sentinels.map((sentinel) => fleet.knowsAll(sentinel)));
    return fleet;
  }

  /** How a client finds the master. */
  get target(): RedisOptions {
    return { sentinels: this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: NAME };
  }

  /** The port of the master that the sentinels agree on. */
  async masterPort(): Promise<number> {
    const [, port] = await this.ask(this.sentinels[0]!, 'get-master-addr-by-name');
    return Number(port);
  }

  /** Lets the sentinels make the replica the master, as for maintenance. */
  async failOver(): Promise<void> {
    await this.ask(this.sentinels[0]!, 'failover');
  }

  /** A failover needs to know the replicas, and the other sentinels to agree with. */
  private async knowsAll(sentinel: RedisServer): Promise<void> {
    await until(() => this.ask(sentinel, 'master'), {
      what: 'a sentinel to know the others',
      timeout: 20_000,
      satisfies: (fields) =>
        valueOf(fields, 'num-slaves') === String(this.replicas.length) &&
        valueOf(fields, 'num-other-sentinels') === '2',
    });
  }

  private async ask(sentinel: RedisServer, command: string): Promise<readonly string[]> {
    const client = new Redis(sentinel.url, { disconnectTimeout: 10 });
    const forget = onCleanUp(() => client.disconnect());
    try {
      return (await client.call('SENTINEL', command, NAME)) as string[];
    } finally {
      client.disconnect();
      forget();
    }
  }
}

function valueOf(fields: readonly string[], name: string): string | undefined {
  const at = fields.indexOf(name);
  return at % 2 === 0 ? fields[at + 1] : undefined;
}
