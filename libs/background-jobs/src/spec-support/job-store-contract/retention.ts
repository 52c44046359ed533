import { describe, expect, it } from '@jest/globals';
import { type Context, FAILED } from './context.js';

export function retentionContract(context: Context): void {
  const { created, running, settle, complete, gone, newType, newJob } = context;

  describe('what is past its retention', () => {
    it('is there for nobody, before somebody tidies up', async () => {
      const type = newType();
      const idempotency = { key: newType(), scope: '', fingerprint: 'f', retention: 60_000 };
      const jobs = [await running(['a'], { type, idempotency }), await running(['a'], { type })];
      const { id: kept } = await created({ type });
      for (const job of jobs) await complete(job, context.brief);
      const { id } = jobs[0]!;
      await gone(id);
      await gone(jobs[1]!.id);
      expect(await context.brief.list({ type, limit: 1 })).toMatchObject({
        entries: [{ id: kept }],
        next: undefined,
      });
      expect(await context.brief.count(type, 'completed')).toBe(0);
      expect(await context.brief.items(id, { limit: 1 })).toBeUndefined();
      expect(await context.brief.begin(id, Date.now())).toBe('unknown');
      expect(await context.brief.retryFailed(id, Date.now())).toBeUndefined();
      expect(await context.brief.create(newJob({ type, idempotency }))).toMatchObject({ outcome: 'created' });
      await context.brief.expire(Date.now());
    });

    it('is kept, if it is retried before', async () => {
      const job = await running(['a']);
      await settle(job, 'a', FAILED);
      await complete(job);
      await context.store.retryFailed(job.id, Date.now());
      await context.store.expire(Date.now() + 100 * 86_400_000);
      expect(await context.store.begin(job.id, Date.now())).toMatchObject({ pending: [{ key: 'a' }] });
    });

    it('is removed all at once, and nothing else', async () => {
      const type = newType();
      const { id: kept } = await running(['a'], { type });
      const count = 2_100;
      await Promise.all(
        Array.from({ length: count }, async () => {
          const { id } = await created({ type });
          await context.store.requestCancel(id, Date.now());
        }),
      );
      expect(await context.store.count(type, 'cancelled')).toBe(count);
      await context.store.expire(Date.now());
      expect(await context.store.count(type, 'cancelled')).toBe(count);
      await context.store.expire(Date.now() + 100 * 86_400_000);
      expect(await context.store.count(type, 'cancelled')).toBe(0);
      expect((await context.store.list({ type, limit: 200 })).entries).toMatchObject([{ id: kept }]);
    });
  });
}
