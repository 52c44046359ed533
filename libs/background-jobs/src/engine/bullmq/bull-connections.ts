import type * as Bull from 'bullmq';
import type { Cluster } from 'ioredis';
import { connectionFor, type JobsRedis, type Patience } from '../../store/redis/redis-target.js';

/** What BullMQ connects with. It makes and closes clients of a single server itself; those of a cluster it is given, and leaves open. */
export class BullConnections {
  readonly #clusters: Cluster[] = [];
  #state: 'open' | 'closed' = 'open';

  constructor(private readonly redis: JobsRedis) {}

  async open(patience: Patience): Promise<Bull.ConnectionOptions> {
    const connection = await connectionFor(this.redis, patience);
    if (!('duplicate' in connection)) return connection as Bull.ConnectionOptions;
    // BullMQ listens, too; an error that comes before it does must not end the process.
    connection.on('error', () => undefined);
    this.#clusters.push(connection);
    // Closed while this was opened.
    if (this.#state === 'closed') connection.disconnect();
    return connection;
  }

  close(): void {
    this.#state = 'closed';
    for (const cluster of this.#clusters) cluster.disconnect();
  }
}
