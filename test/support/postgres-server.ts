import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { onCleanUp } from './deferred-cleanup.js';
import { ensurePostgres, type PostgresPrograms } from './find-postgres.js';
import { startProcess, type StartedProcess } from './processes.js';
import { until } from './until.js';

/** A real PostgreSQL in a temporary folder, reached by a socket there: no port to collide on. It ends with the test at the latest. */
export class PostgresServer {
  private forget: () => void = () => {};

  private constructor(
    private readonly folder: string,
    private readonly process: StartedProcess,
    /** Connections of the tests themselves. */
    readonly pool: pg.Pool,
  ) {}

  /** Starts one and waits until it answers. */
  static async start(programs?: PostgresPrograms): Promise<PostgresServer> {
    const { postgres, initdb } = programs ?? (await ensurePostgres());
    const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
    const data = join(folder, 'data');
    // PostgreSQL refuses to run as root.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
    if (user) await chown(folder, user.uid, user.gid);
    const cluster = ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync'];
    await promisify(execFile)(initdb, cluster, { ...user, cwd: folder });
    const settings = ['-c', 'listen_addresses=', '-c', 'fsync=off'];
    const server = await startProcess(postgres, ['-D', data, '-k', folder, ...settings], {
      cwd: folder,
      user,
    });
    const pool = new pg.Pool({ host: folder, user: 'test', database: 'postgres' });
    pool.on('error', () => {});
    const started = new PostgresServer(folder, server, pool);
    started.forget = onCleanUp(() => started.stop());
    await until(async () => server.hasExited || (await pool.query('SELECT 1')).rowCount === 1, {
      what: 'PostgreSQL to answer',
    });
    if (server.hasExited) throw new Error(`PostgreSQL ended:\n${server.output}`);
    return started;
  }

  get url(): string {
    return `postgres://test@localhost/postgres?host=${encodeURIComponent(this.folder)}`;
  }

  async stop(): Promise<void> {
    this.forget();
    await this.pool.end();
    // It waits until all connections are gone; after a while it cuts them.
    const impatience = setTimeout(() => this.process.signal('SIGINT'), 5_000);
    await this.process.stop('SIGTERM');
    clearTimeout(impatience);
    await rm(this.folder, { recursive: true, force: true });
  }
}
