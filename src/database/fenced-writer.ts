import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { type Database, DATABASE, type Transaction } from './database.js';
import { fences } from './schema.js';
import { StaleTokenError } from './stale-token.error.js';

/** The part of an iteration that proves who writes. */
export interface WritersTerm {
  /** Lease key: the resource that the fence guards. */
  readonly key: string;
  readonly fencingToken: number;
}

/**
 * Every write of a leader-elected worker goes through here.
 *
 * A lease alone cannot keep a former leader from writing: its process may be paused between "am I the leader?" and
 * the write, for longer than the lease lives. The database can, because it sees both leaders. It keeps the highest
 * fencing token that ever wrote, and refuses a lower one:
 *
 * ```sql
 * BEGIN;
 * INSERT INTO fences (resource, token) VALUES ($key, $token)
 *   ON CONFLICT (resource) DO UPDATE SET token = excluded.token
 *   WHERE fences.token <= excluded.token
 *   RETURNING token;              -- no row: a newer leader has written, so roll back
 * -- the write
 * COMMIT;
 * ```
 *
 * Check and write are one transaction, and the check locks the row of the fence until that transaction ends. So two
 * leaders' writes never interleave: whoever has the newer token waits for a write that was let in before, and
 * whoever has the older one waits, looks again at the committed token, and is refused.
 */
@Injectable()
export class FencedWriter {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /**
   * Runs `write` in a transaction in which no newer leader has written yet. Equal tokens pass: one term writes often.
   * @throws StaleTokenError if the token is older than one that has written; then `write` is not called.
   */
  async write<T>(term: WritersTerm, write: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.db.transaction(
      async (tx) => {
        await passFence(tx, term);
        return write(tx);
      },
      // After the wait for the lock, the check has to see what was committed meanwhile.
      { isolationLevel: 'read committed' },
    );
  }
}

async function passFence(tx: Transaction, { key, fencingToken }: WritersTerm): Promise<void> {
  const passed = await tx
    .insert(fences)
    .values({ resource: key, token: fencingToken })
    .onConflictDoUpdate({
      target: fences.resource,
      set: { token: sql`excluded.token` },
      setWhere: sql`${fences.token} <= excluded.token`,
    })
    .returning({ token: fences.token });
  if (passed.length === 0) throw new StaleTokenError(key, fencingToken);
}
