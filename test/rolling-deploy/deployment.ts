import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCompose, withDefaults } from '../support/deployment.js';
import { NginxServer } from '../support/nginx-server.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { type Schedule, scheduleOf } from './iterations.js';
import { Replica } from './replica.js';
import { stablePort } from './stable-port.js';

/** What docker-compose.yml describes, as processes: Redis, PostgreSQL, three replicas of the built host, nginx in front. */
export class Deployment {
  private constructor(
    readonly replicas: readonly Replica[],
    private readonly nginx: NginxServer,
    private readonly redis: RedisServer,
    private readonly postgres: PostgresServer,
    private readonly folder: string,
    readonly apiKey: string,
  ) {}

  /** @param interval of the intraday worker, ms */
  static async start(interval: number): Promise<Deployment> {
    const { deploy, environment } = (await readCompose()).services['app']!;
    const [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
    const folder = await mkdtemp(join(tmpdir(), 'rolling-deploy-'));
    const composed = Object.fromEntries(
      Object.entries(environment!).map(([name, value]) => [name, withDefaults(value)]),
    );
    const settings = {
      ...composed,
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      INTRADAY_INTERVAL: String(interval),
      LOG_ITERATIONS: 'true',
    };
    const replicas: Replica[] = [];
    while (replicas.length < deploy!.replicas) {
      const name = String.fromCharCode('A'.charCodeAt(0) + replicas.length);
      replicas.push(new Replica(name, await stablePort(), folder, settings));
    }
    await Promise.all(replicas.map((replica) => replica.start()));
    const nginx = await NginxServer.start(replicas.map(({ port }) => port));
    return new Deployment(replicas, nginx, redis, postgres, folder, composed['API_KEY']!);
  }

  get url(): string {
    return this.nginx.url;
  }

  get iterations() {
    return this.replicas.flatMap(({ iterations }) => iterations);
  }

  /** The workers by name, as a replica's health tells of them. */
  async schedules(): Promise<ReadonlyMap<string, Schedule>> {
    const answer = await this.replicas[0]!.ask('/health/background');
    const { details } = (await answer.json()) as {
      details: { background: { workers: Record<string, { schedule: string }> } };
    };
    const workers = Object.entries(details.background.workers);
    return new Map(workers.map(([name, { schedule }]) => [name, scheduleOf(schedule)]));
  }

  /**
   * Replaces one replica: stops it, starts another in its place, and waits until nginx sends requests there again. Not earlier: a proxy that had
   * lost two of three would have nobody to turn to when the third one goes.
   */
  async replace(replica: Replica): Promise<void> {
    await replica.stop();
    await replica.start();
    const servedBy = () =>
      fetch(`${this.url}/health/live`).then(({ headers }) => headers.get('x-served-by') ?? '');
    await until(servedBy, {
      what: `nginx to ask replica ${replica.name} again`,
      satisfies: (replicas) => replicas.endsWith(`:${replica.port}`),
    });
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
