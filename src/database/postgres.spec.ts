import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type DatabaseConnection } from './database.js';
import { FencedWriter } from './fenced-writer.js';
import { openDatabase } from './open-database.js';
import { accounts, fences, migrations } from './schema.js';
import { StaleTokenError } from './stale-token.error.js';

const programs = findPrograms();
const key = 'portfolio:leader';

/** What only a database with many connections can show. Skipped on a machine without PostgreSQL's programs. */
(programs ? describe : describe.skip)('on PostgreSQL', () => {
  let server: PostgresServer;
  let replicas: DatabaseConnection[];

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
    replicas = await Promise.all([1, 2, 3].map(() => openDatabase({ url: server.url, dataDir: '' })));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await server.stop();
  }, 30_000);

  const db = () => (replicas[0] as DatabaseConnection).db;
  const storedAccounts = async () => (await db().select().from(accounts)).map(({ id }) => id).sort();

  describe('migrate', () => {
    it('ran once, although three replicas booted together', async () => {
      expect(await db().select({ id: migrations.id }).from(migrations)).toEqual([{ id: '0001-market-data' }]);
    });
  });

  describe('FencedWriter', () => {
    beforeEach(async () => {
      await db().delete(accounts);
      await db().delete(fences);
    });

    /** Writes that a failed test would leave open, with locks that the next test waits for. */
    let begun: Write[] = [];
    afterEach(async () => {
      for (const { finish } of begun) finish();
      await Promise.allSettled(begun.map(({ done }) => done));
      begun = [];
    });

    /** A write of a leader with a connection of its own, which commits when `finish` is called. */
    function leader(replica: number, fencingToken: number): Write {
      const { db } = replicas[replica] as DatabaseConnection;
      const gate = deferred();
      const inside = deferred();
      const done = new FencedWriter(db).write({ key, fencingToken }, async (tx) => {
        inside.resolve();
        await gate.promise;
        await tx.insert(accounts).values({ id: `token-${fencingToken}`, name: '', cash: 0 });
      });
      done.catch(() => undefined); // looked at by the test, later
      const write = { inside: inside.promise, done, finish: gate.resolve, fail: gate.reject };
      begun.push(write);
      return write;
    }

    it('refuses an older token after a newer one wrote', async () => {
      const newer = leader(1, 2);
      newer.finish();
      await newer.done;
      const older = leader(2, 1);
      older.finish();
      await expect(older.done).rejects.toThrow(StaleTokenError);
      expect(await storedAccounts()).toEqual(['token-2']);
    });

    it('makes a newer leader wait for a write that was let in, and then shuts the older one out', async () => {
      const older = leader(1, 1);
      await older.inside;
      const newer = leader(2, 2);
      newer.finish();
      await server.someoneWaits();
      older.finish();
      await Promise.all([older.done, newer.done]);
      expect(await storedAccounts()).toEqual(['token-1', 'token-2']);
      const again = leader(1, 1);
      again.finish();
      await expect(again.done).rejects.toThrow(StaleTokenError);
    });

    it('refuses an older leader that came while a newer one was writing', async () => {
      const newer = leader(1, 2);
      await newer.inside;
      const older = leader(2, 1);
      older.finish();
      await server.someoneWaits();
      newer.finish();
      await newer.done;
      await expect(older.done).rejects.toThrow(StaleTokenError);
      expect(await storedAccounts()).toEqual(['token-2']);
    });

    it('lets the older leader write if the newer one failed to: nothing of it is there', async () => {
      const newer = leader(1, 2);
      await newer.inside;
      const older = leader(2, 1);
      older.finish();
      await server.someoneWaits();
      newer.fail(new Error('the work failed'));
      await expect(newer.done).rejects.toThrow('the work failed');
      await older.done;
      expect(await storedAccounts()).toEqual(['token-1']);
    });
  });
});

interface Write {
  /** Resolves once the fence has let it in. */
  readonly inside: Promise<void>;
  readonly done: Promise<void>;
  finish(): void;
  fail(error: Error): void;
}

interface PostgresServer {
  readonly url: string;
  /** Resolves when a transaction waits for the lock of another one. */
  someoneWaits(): Promise<void>;
  stop(): Promise<void>;
}

/** The folder with `initdb` and `postgres`. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : [];
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...versions];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** A server of its own in a temporary folder, reached by a socket there: no port to collide on. */
async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder, stdio: 'ignore' as const };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync'], options);
  const settings = ['-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'];
  const server: ChildProcess = spawn(join(programs, 'postgres'), ['-D', data, ...settings], options);
  const exited = once(server, 'exit');

  const pool = new pg.Pool({ host: folder, user: 'test', database: 'postgres' });
  await until(() =>
    pool.query('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  return {
    url: `postgres://test@localhost/postgres?host=${encodeURIComponent(folder)}`,
    someoneWaits: () =>
      until(async () => {
        const { rowCount } = await pool.query('SELECT 1 FROM pg_locks WHERE NOT granted');
        return (rowCount ?? 0) > 0;
      }),
    stop: async () => {
      await pool.end();
      server.kill('SIGTERM'); // waits until all connections are gone
      const impatience = setTimeout(() => server.kill('SIGINT'), 5_000); // cuts them
      await exited;
      clearTimeout(impatience);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function deferred() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}
