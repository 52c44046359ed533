import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findPostgres } from '../../test/support/find-postgres.js';
import { PostgresServer } from '../../test/support/postgres-server.js';
import { until } from '../../test/support/until.js';
import { type DatabaseConnection } from './database.js';
import { FencedWriter } from './fenced-writer.js';
import { MIGRATIONS } from './migrations.js';
import { openDatabase } from './open-database.js';
import { accounts, fences, migrations } from './schema.js';
import { StaleTokenError } from './stale-token.error.js';

const programs = findPostgres();
const key = 'portfolio:leader';

/** What only a database with many connections can show. Skipped on a machine without PostgreSQL's programs. */
(programs ? describe : describe.skip)('on PostgreSQL', () => {
  let server: PostgresServer;
  let replicas: DatabaseConnection[];

  beforeAll(async () => {
    server = await PostgresServer.start(programs);
    replicas = await Promise.all([1, 2, 3].map(() => openDatabase({ url: server.url, dataDir: '' })));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await server.stop();
  }, 30_000);

  /** Resolves when a transaction waits for the lock of another one. */
  const someoneWaits = () =>
    until(async () => (await server.pool.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount, {
      what: 'a transaction to wait',
    });
  const db = () => (replicas[0] as DatabaseConnection).db;
  const storedAccounts = async () => (await db().select().from(accounts)).map(({ id }) => id).sort();

  describe('migrate', () => {
    it('ran once, although three replicas booted together', async () => {
      expect(await db().select({ id: migrations.id }).from(migrations)).toEqual(
        MIGRATIONS.map(({ id }) => ({ id })),
      );
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
      await someoneWaits();
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
      await someoneWaits();
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
      await someoneWaits();
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

function deferred() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
