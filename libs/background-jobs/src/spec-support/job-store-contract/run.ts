import { describe, expect, it } from '@jest/globals';
import { type Context, FAILED, listed } from './context.js';

export function runContract(context: Context): void {
  const { created, begun, running, settle, complete, newId } = context;
  const now = () => Date.now();

  describe('a run', () => {
    it('takes a job up, lists, settles and completes it', async () => {
      const { id } = await created();
      const begin = await context.store.begin(id, 5_000);
      expect(begin).toMatchObject({
        run: 1,
        pending: undefined,
        job: { state: 'running', startedAt: 5_000 },
      });
      expect(await context.store.listItems(id, 1, listed(['a', 'b', 'c']), 6_000)).toMatchObject({
        counts: { total: 3 },
        updatedAt: 6_000,
      });
      const job = { id, type: '', run: 1 };
      await settle(job, 'a');
      await settle(job, 'b', { status: 'skipped' });
      expect(await settle(job, 'c', FAILED)).toMatchObject({
        counts: { total: 3, completed: 1, skipped: 1, failed: 1 },
        percentage: 100,
      });
      expect(await complete(job)).toMatchObject({
        state: 'completed',
        run: 1,
        finishedAt: expect.any(Number),
      });
      expect(await context.store.begin(id, now())).toBe('over');
    });

    it('is there only for a job that is there', async () => {
      const id = newId();
      expect(await context.store.begin(id, now())).toBe('unknown');
      expect(await context.store.listItems(id, 1, [], now())).toBe('lost');
      expect(await context.store.settle(id, 1, 'a', { status: 'done' }, now())).toBe('lost');
      expect(await context.store.finish(id, 1, { state: 'completed', error: null }, now())).toBe('lost');
      expect(await context.store.yield(id, 1, now())).toBe('lost');
      expect(await context.store.requestCancel(id, now())).toBeUndefined();
      expect(await context.store.retryFailed(id, now())).toBeUndefined();
      expect(await context.store.items(id, { limit: 1 })).toBeUndefined();
      await context.store.announce(id);
      expect(await context.store.get(id)).toBeUndefined();
    });

    it('is refused once a newer one has begun, which goes on where it was', async () => {
      const older = await running(['a', 'b']);
      await settle(older, 'a');
      const begin = await context.other.begin(older.id, now());
      expect(begin).toMatchObject({ run: 2, pending: [{ key: 'b', payload: undefined }] });
      const before = await context.store.get(older.id);
      expect(await settle(older, 'b')).toBe('lost');
      expect(await complete(older)).toBe('lost');
      expect(await context.store.yield(older.id, 1, now())).toBe('lost');
      expect(await context.store.listItems(older.id, 1, listed(['x']), now())).toBe('lost');
      expect(await context.store.get(older.id)).toEqual(before);
    });

    it('lists any number of items, of one run, however that is cut into by the next', async () => {
      const { id } = await created();
      const keys = (name: string) => Array.from({ length: 2_500 }, (_, i) => `${name}-${i}`);
      const [first, second] = [await begun(id), 2];
      const [reply, begin] = await Promise.all([
        context.store.listItems(id, first, listed(keys('one')), now()),
        context.other.begin(id, now()),
      ]);
      if (typeof begin === 'string') throw new Error(begin);
      expect(await context.store.listItems(id, second, listed(keys('two')), now())).toMatchObject({
        counts: { total: 2_500 },
      });
      const kept = reply === 'lost' ? keys('two') : keys('one');
      expect(begin.pending).toEqual(reply === 'lost' ? undefined : listed(kept));
      expect(await context.other.begin(id, now())).toMatchObject({ pending: listed(kept) });
      const { entries } = (await context.store.items(id, { limit: 1_000, cursor: '2000' }))!;
      expect(entries.map(({ key }) => key)).toEqual(kept.slice(2_000));
    });

    it('gives a job back with its ledger as it is', async () => {
      const job = await running(['a', 'b']);
      await settle(job, 'a');
      expect(await context.store.yield(job.id, job.run, now())).toMatchObject({ state: 'pending' });
      expect(await settle(job, 'b')).toBe('lost');
      expect(await begun(job.id)).toBe(2);
      expect(await context.store.get(job.id)).toMatchObject({ counts: { total: 2, completed: 1 } });
    });

    it('lists once: what an earlier run has listed stays', async () => {
      const job = await running(['a']);
      expect(await context.store.listItems(job.id, job.run, listed(['x', 'y']), now())).toMatchObject({
        counts: { total: 1 },
      });
    });

    it('may find nothing to do', async () => {
      const job = await running([]);
      expect(await context.store.get(job.id)).toMatchObject({ percentage: 100, counts: { total: 0 } });
      expect(await context.store.begin(job.id, now())).toMatchObject({ pending: [] });
    });

    it('fails with its reason', async () => {
      const job = await running(['a']);
      const { error } = FAILED;
      await context.store.finish(job.id, job.run, { state: 'failed', error }, now());
      expect(await context.store.get(job.id)).toMatchObject({ state: 'failed', error });
    });
  });

  describe('cancel', () => {
    it('ends a pending job at once', async () => {
      const [{ id }, at] = [await created(), now()];
      expect(await context.other.requestCancel(id, at)).toMatchObject({
        ...{ state: 'cancelled', cancelRequestedAt: at, finishedAt: at },
      });
      expect(await context.store.begin(id, now())).toBe('over');
    });

    it('tells a running job, once, and leaves its end to it', async () => {
      const job = await running(['a', 'b']);
      const asked = await context.other.requestCancel(job.id, 7_000);
      expect(asked).toMatchObject({ state: 'running', cancelRequestedAt: 7_000 });
      expect(await context.other.requestCancel(job.id, 8_000)).toEqual(asked);
      expect(await settle(job, 'a')).toMatchObject({ cancelRequestedAt: 7_000 });
    });

    it('ends a running job that nobody runs any more, when it is taken up', async () => {
      const job = await running(['a']);
      await context.store.requestCancel(job.id, now());
      expect(await context.other.begin(job.id, now())).toBe('over');
      expect(await context.store.get(job.id)).toMatchObject({ state: 'cancelled' });
    });

    it('changes nothing of a job that is over', async () => {
      const job = await running([]);
      await complete(job);
      const before = await context.store.get(job.id);
      expect(await context.store.requestCancel(job.id, now())).toEqual(before);
    });
  });

  describe('retry', () => {
    it('puts the failed items back, and no others', async () => {
      const job = await running(['a', 'b', '{"status":"failed"']);
      await settle(job, 'a');
      await settle(job, 'b', FAILED);
      await settle(job, '{"status":"failed"', FAILED);
      await complete(job);
      expect(await context.other.retryFailed(job.id, now())).toMatchObject({
        ...{ state: 'pending', finishedAt: null, error: null },
        counts: { total: 3, completed: 1, failed: 0 },
      });
      const begin = await context.store.begin(job.id, now());
      expect(begin).toMatchObject({ run: 2, pending: listed(['b', '{"status":"failed"']) });
    });

    it('puts a cancelled job back, be it listed or not', async () => {
      const [unlisted, job] = [await created(), await running(['a'])];
      await context.store.requestCancel(unlisted.id, now());
      await context.store.requestCancel(job.id, now());
      await context.store.begin(job.id, now());
      for (const { id } of [unlisted, job])
        expect(await context.store.retryFailed(id, now())).toMatchObject({
          ...{ state: 'pending', cancelRequestedAt: null },
        });
    });

    it('refuses where nothing failed, and of a job that is not over', async () => {
      const job = await running(['a']);
      expect(await context.store.retryFailed(job.id, now())).toBe('active');
      await settle(job, 'a');
      await complete(job);
      expect(await context.store.retryFailed(job.id, now())).toBe('nothing');
    });
  });
}
