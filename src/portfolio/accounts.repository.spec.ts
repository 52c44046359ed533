import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { accounts } from '../database/schema.js';
import { AccountsRepository } from './accounts.repository.js';
import { DEMO_ACCOUNTS } from './demo-accounts.js';

describe('AccountsRepository', () => {
  let connection: DatabaseConnection;
  let repository: AccountsRepository;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    repository = new AccountsRepository(connection.db);
    await repository.onModuleInit();
  }, 60_000);
  afterAll(() => connection.close());

  it('has the demo accounts with their positions', async () => {
    expect((await repository.list()).map(({ id }) => id)).toEqual(DEMO_ACCOUNTS.map(({ id }) => id).sort());
    expect(await repository.find('pension')).toEqual({
      id: 'pension',
      name: 'Pension plan',
      cash: 50_000,
      positions: [
        { symbol: 'IBM', quantity: 500 },
        { symbol: 'SPX', quantity: 80 },
      ],
    });
  });

  it('knows no other account', async () => {
    expect(await repository.find('nobody')).toBeUndefined();
  });

  it('leaves what is there as it is when the next replica boots', async () => {
    await connection.db.update(accounts).set({ cash: 1.5 }).where(eq(accounts.id, 'demo'));
    await Promise.all([repository.onModuleInit(), repository.onModuleInit()]);
    expect(await repository.find('demo')).toMatchObject({ cash: 1.5 });
    expect(await repository.list()).toHaveLength(DEMO_ACCOUNTS.length);
  });
});
