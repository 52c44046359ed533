import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from './database.js';
import { FencedWriter } from './fenced-writer.js';
import { accounts, fences } from './schema.js';
import { StaleTokenError } from './stale-token.error.js';

const key = 'portfolio:leader';

describe('FencedWriter', () => {
  let connection: DatabaseConnection;
  let writer: FencedWriter;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    writer = new FencedWriter(connection.db);
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    await connection.db.delete(accounts);
    await connection.db.delete(fences);
  });

  const writeAccount = (fencingToken: number, id: string, resource = key) =>
    writer.write({ key: resource, fencingToken }, (tx) =>
      tx.insert(accounts).values({ id, name: `Account ${id}`, cash: 0 }),
    );
  const storedAccounts = async () => (await connection.db.select().from(accounts)).map(({ id }) => id).sort();

  it('lets one term write as often as it likes, and the next term after it', async () => {
    await writeAccount(1, 'a');
    await writeAccount(1, 'b');
    await writeAccount(2, 'c');
    expect(await storedAccounts()).toEqual(['a', 'b', 'c']);
    expect(await connection.db.select().from(fences)).toEqual([{ resource: key, token: 2 }]);
  });

  it('refuses an older token after a newer one wrote, and writes nothing', async () => {
    await writeAccount(2, 'new');
    const write = jest.fn(async () => undefined);
    await expect(writer.write({ key, fencingToken: 1 }, write)).rejects.toThrow(StaleTokenError);
    await expect(writeAccount(1, 'old')).rejects.toMatchObject({
      code: 'STALE_FENCING_TOKEN',
      resource: key,
      token: 1,
    });
    expect(write).not.toHaveBeenCalled();
    expect(await storedAccounts()).toEqual(['new']);
  });

  it('takes tokens the size of a clock in milliseconds exactly', async () => {
    const token = 1_795_000_000_001;
    await writeAccount(token, 'a');
    await expect(writeAccount(token - 1, 'b')).rejects.toThrow(StaleTokenError);
  });

  it('moves neither the fence nor the data when the write fails', async () => {
    await writeAccount(1, 'a');
    await expect(
      writer.write({ key, fencingToken: 2 }, async (tx) => {
        await tx.insert(accounts).values({ id: 'b', name: 'b', cash: 0 });
        throw new Error('the work failed');
      }),
    ).rejects.toThrow('the work failed');
    expect(await storedAccounts()).toEqual(['a']);
    await writeAccount(1, 'c');
    expect(await storedAccounts()).toEqual(['a', 'c']);
  });

  it('guards each resource alone', async () => {
    await writeAccount(9, 'a', 'one');
    await writeAccount(1, 'b', 'two');
    expect(await storedAccounts()).toEqual(['a', 'b']);
  });

  it('gives what the write returns', async () => {
    await expect(writer.write({ key, fencingToken: 1 }, async () => 'written')).resolves.toBe('written');
  });
});
