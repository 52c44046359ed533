import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getTableName, is, sql, Table } from 'drizzle-orm';
import { type DatabaseConnection } from './database.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations.js';
import { openDatabase } from './open-database.js';
import * as schema from './schema.js';

const tables = Object.values<unknown>(schema).filter((value): value is Table => is(value, Table));

describe('migrate', () => {
  let connection: DatabaseConnection;

  beforeAll(async () => {
    connection = await openDatabase({ dataDir: 'memory://' });
  }, 60_000);
  afterAll(() => connection.close());

  it.each(tables.map((table) => [getTableName(table), table] as const))(
    'makes the table %s as the schema has it',
    async (_, table) => {
      await expect(connection.db.select().from(table)).resolves.toBeInstanceOf(Array);
    },
  );

  it('does nothing the second time', async () => {
    const before = await connection.db.select().from(schema.migrations);
    await migrate(connection.db);
    expect(await connection.db.select().from(schema.migrations)).toEqual(before);
  });

  it('leaves nothing of a migration that fails half way, and heals with the next boot', async () => {
    const statements = ['CREATE TABLE half (id int)', 'CREATE TABLE nonsense ('];
    await expect(migrate(connection.db, [...MIGRATIONS, { id: '0002', statements }])).rejects.toThrow();
    await expect(connection.db.execute(sql`SELECT * FROM half`)).rejects.toThrow();

    await migrate(connection.db, [...MIGRATIONS, { id: '0002', statements: statements.slice(0, 1) }]);
    await connection.db.execute(sql`SELECT * FROM half`);
  });
});
