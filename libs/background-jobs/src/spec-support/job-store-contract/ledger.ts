import { describe, expect, it } from '@jest/globals';
import { InvalidJobRequestError } from '../../errors/index.js';
import type { Item } from '../../model/index.js';
import { type Context, FAILED, listed } from './context.js';

const HOSTILE = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    '\0',
    'a\0b',
    '{a}',
    '{}',
    '"',
    `'`,
    '\\',
    ' ',
    '\r\n',
    '*',
    '-1',
    '0',
  ],
  ...[
    '}:job:{',
    '%s',
    ']] .. redis.call("FLUSHALL") --',
    '{"status":"done"}',
    'é',
    '\u{1f600}',
    '\u2028',
    'x'.repeat(512),
  ],
];

export function ledgerContract(context: Context): void {
  const { created, begun, running, settle } = context;
  const now = () => Date.now();

  describe('the ledger', () => {
    it('counts an item once, whatever is said of it later', async () => {
      const job = await running(['a', 'b']);
      const first = await settle(job, 'a');
      expect(await settle(job, 'a', FAILED)).toEqual(first);
      expect((await context.store.items(job.id, { limit: 10 }))?.entries[0]).toMatchObject({
        status: 'done',
      });
    });

    it('ignores an item that was not listed', async () => {
      const job = await running(['a']);
      const before = await context.store.get(job.id);
      for (const key of ['b', '', '__proto__'])
        expect(await settle(job, key)).toMatchObject({
          ...{ counts: { total: 1, completed: 0 }, percentage: 0, revision: before?.revision },
        });
      expect(await context.store.get(job.id)).toEqual(before);
      expect((await context.store.items(job.id, { limit: 10 }))?.entries).toHaveLength(1);
    });

    it('ignores every item before the list', async () => {
      const { id, type } = await created();
      const job = { id, type, run: await begun(id) };
      await settle(job, 'a');
      await context.store.listItems(id, job.run, listed(['a']), now());
      expect(await context.store.get(id)).toMatchObject({ counts: { total: 1, completed: 0 } });
    });

    it('holds any key, with its outcome and payload', async () => {
      const { id } = await created();
      const run = await begun(id);
      const items = HOSTILE.map((key, i) => ({ key, payload: i % 2 ? JSON.stringify({ key }) : undefined }));
      await context.store.listItems(id, run, items, now());
      expect(await context.store.begin(id, now())).toMatchObject({ pending: items });
      for (const key of HOSTILE)
        await context.store.settle(id, 2, key, { status: 'done', noData: true }, 9_000);
      expect(await context.store.get(id)).toMatchObject({
        ...{ counts: { total: HOSTILE.length, completed: HOSTILE.length }, percentage: 100 },
      });
      expect(await context.store.items(id, { limit: 100 })).toEqual({
        entries: HOSTILE.map((key) => ({ key, status: 'done', noData: true, settledAt: 9_000 })),
        next: undefined,
      });
    });

    it('counts right when many settle at once, from two replicas', async () => {
      const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
      const { id, run } = await running(keys);
      const stores = [context.store, context.other];
      await Promise.all(
        stores.flatMap((store) => keys.map((key) => store.settle(id, run, key, { status: 'done' }, now()))),
      );
      expect(await context.store.get(id)).toMatchObject({ counts: { completed: 300 }, percentage: 100 });
    });

    it('is read by pages, of all or of one status, in the order of the list', async () => {
      const keys = Array.from({ length: 450 }, (_, i) => `k${(i * 7) % 450}`);
      const job = await running(keys);
      const failed = keys.filter((_, i) => i % 5 === 0);
      for (const key of failed) await settle(job, key, FAILED);
      const read = async (limit: number, status?: Item['status']) => {
        const found: Item[] = [];
        let cursor: string | undefined;
        do {
          const page = await context.other.items(job.id, { limit, status, cursor });
          expect(page!.entries.length).toBeLessThanOrEqual(limit);
          found.push(...page!.entries);
          cursor = page!.next;
        } while (cursor !== undefined);
        return found.map(({ key }) => key);
      };
      expect(await read(100)).toEqual(keys);
      expect(await read(450)).toEqual(keys);
      expect(await read(7, 'failed')).toEqual(failed);
      expect(await read(7, 'pending')).toEqual(keys.filter((key) => !failed.includes(key)));
      expect(await read(7, 'done')).toEqual([]);
      const { entries } = (await context.store.items(job.id, { limit: 1 }))!;
      expect(entries).toEqual([{ key: 'k0', ...FAILED, settledAt: expect.any(Number) }]);
    });

    it.each(['', 'x', '-1', '1.5', '1e3', ' 1', '0x1', 'NaN', '9'.repeat(40)])(
      'refuses the cursor %j',
      async (cursor) => {
        const { id } = await running(['a']);
        await expect(context.store.items(id, { limit: 1, cursor })).rejects.toThrow(InvalidJobRequestError);
      },
    );

    it('has nothing beyond its end', async () => {
      const { id } = await running(['a']);
      expect(await context.store.items(id, { limit: 1, cursor: '999999999' })).toEqual({
        entries: [],
        next: undefined,
      });
    });
  });
}
