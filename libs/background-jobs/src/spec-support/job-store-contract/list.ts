import { describe, expect, it } from '@jest/globals';
import { InvalidJobRequestError } from '../../errors/index.js';
import type { JobQuery } from '../../store/job-store.js';
import type { Context } from './context.js';

export function listContract(context: Context): void {
  const { created, running, complete, newType, newId } = context;

  describe('list', () => {
    const read = async (query: JobQuery) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await context.other.list({ ...query, cursor });
        expect(page.entries.length).toBeLessThanOrEqual(query.limit);
        if (page.next !== undefined) expect(page.entries).toHaveLength(query.limit);
        found.push(...page.entries.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      return found;
    };

    it('gives the newest id first, in whichever order they were made', async () => {
      const type = newType();
      const ids = Array.from({ length: 11 }, newId);
      for (const id of [...ids.slice(5), ...ids.slice(0, 5)]) await created({ type, id });
      const expected = ids.toReversed();
      for (const limit of [1, 3, 10, 11, 200]) expect(await read({ type, limit })).toEqual(expected);
    });

    it('gives those of a type, and of some states', async () => {
      const type = newType();
      const { id: pending } = await created({ type });
      const { id: runs } = await running(['a'], { type });
      const done = await running([], { type });
      await complete(done);
      expect(await read({ type, limit: 1 })).toEqual([done.id, runs, pending]);
      expect(await read({ type, states: ['running'], limit: 1 })).toEqual([runs]);
      expect(await read({ type, states: ['completed', 'pending', 'pending'], limit: 1 })).toEqual([
        done.id,
        pending,
      ]);
      expect(await read({ type, states: [], limit: 1 })).toEqual([]);
      expect(await read({ type: newType(), limit: 1 })).toEqual([]);
      const all = await read({ limit: 7 });
      expect(all).toEqual(all.toSorted().toReversed());
      expect(all).toEqual(expect.arrayContaining([pending, runs, done.id]));
    });

    it.each(['', '0', '+', '[x', '(', 'ffffffff-ffff-4fff-8fff-ffffffffffff', '__proto__'])(
      'refuses the cursor %j',
      async (cursor) => {
        await expect(context.store.list({ limit: 1, cursor })).rejects.toThrow(InvalidJobRequestError);
      },
    );

    it('goes on after a job that is not there any more', async () => {
      const type = newType();
      const { id } = await created({ type });
      expect((await context.store.list({ type, limit: 5, cursor: newId() })).entries).toMatchObject([{ id }]);
    });

    it('takes any name of a type', async () => {
      for (const type of ['__proto__', 'constructor', 'a:pending', 'a b', '{x}', 'a\0b', '"', 'a\nb']) {
        const { id } = await created({ type });
        expect(await read({ type, limit: 5 })).toEqual([id]);
        expect(await context.store.count(type, 'pending')).toBe(1);
      }
    });
  });

  describe('count and active', () => {
    it('follow the states', async () => {
      const type = newType();
      const { id: pending } = await created({ type });
      const job = await running([], { type });
      const counts = async () => [
        await context.other.count(type, 'pending'),
        await context.other.count(type, 'running'),
        await context.other.count(type, 'completed'),
      ];
      expect(await counts()).toEqual([1, 1, 0]);
      const active = await context.store.active(10_000, [type]);
      expect(active).toEqual(active.toSorted());
      expect(active).toEqual(expect.arrayContaining([pending, job.id]));
      expect(await context.store.active(1, [type])).toEqual(active.slice(0, 1));
      await complete(job);
      expect(await counts()).toEqual([1, 0, 1]);
      expect(await context.store.active(10_000, [type])).not.toContain(job.id);
    });

    it('of some types are not kept from by those of others, however many wait', async () => {
      const [unknown, type, another] = [newType(), newType(), newType()];
      for (let i = 0; i < 30; i += 1) await created({ type: unknown });
      const [first, second] = [await created({ type }), await created({ type: another })];
      expect(await context.store.active(10, [type, another, 'none'])).toEqual([first.id, second.id]);
      expect(await context.store.active(10, [])).toEqual([]);
    });
  });
}
