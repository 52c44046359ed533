import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { asc, eq, inArray } from 'drizzle-orm';
import { type Database, DATABASE } from '../database/database.js';
import { accounts, positions } from '../database/schema.js';
import { type Account } from './account.js';
import { DEMO_ACCOUNTS } from './demo-accounts.js';

@Injectable()
export class AccountsRepository implements OnModuleInit {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  onModuleInit(): Promise<void> {
    return this.seed(DEMO_ACCOUNTS);
  }

  /** Adds what is not there. Every replica does so at every boot: what is there stays as it is. */
  async seed(seeds: readonly Account[]): Promise<void> {
    const owned = seeds.flatMap(({ id, positions }) => positions.map((held) => ({ accountId: id, ...held })));
    await this.db.transaction(async (tx) => {
      await tx
        .insert(accounts)
        .values(seeds.map(({ id, name, cash }) => ({ id, name, cash })))
        .onConflictDoNothing();
      await tx.insert(positions).values(owned).onConflictDoNothing();
    });
  }

  async list(): Promise<Account[]> {
    return this.withPositions(await this.db.select().from(accounts).orderBy(asc(accounts.id)));
  }

  async find(id: string): Promise<Account | undefined> {
    const [account] = await this.withPositions(
      await this.db.select().from(accounts).where(eq(accounts.id, id)),
    );
    return account;
  }

  private async withPositions(rows: readonly (typeof accounts.$inferSelect)[]): Promise<Account[]> {
    const ids = rows.map(({ id }) => id);
    const held = await this.db
      .select()
      .from(positions)
      .where(inArray(positions.accountId, ids))
      .orderBy(asc(positions.symbol));
    return rows.map((row) => ({
      ...row,
      positions: held
        .filter(({ accountId }) => accountId === row.id)
        .map(({ symbol, quantity }) => ({ symbol, quantity })),
    }));
  }
}
