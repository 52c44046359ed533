import { describe, expect, it } from '@jest/globals';
import { JobStoreError } from '../../errors/index.js';
import type { Context } from './context.js';

export function createContract(context: Context): void {
  const { newJob, created, newType } = context;

  describe('create', () => {
    const claim = (fingerprint = 'f', changes = {}) => ({
      ...{ key: newType(), scope: 'me', fingerprint, retention: 60_000 },
      ...changes,
    });

    it('makes a pending job, which others see', async () => {
      const job = newJob({ request: { text: 'ü "\0"', list: [1, null] } });
      const reply = await context.store.create(job);
      const expected = {
        ...{ id: job.id, type: job.type, request: job.request, state: 'pending', percentage: 0 },
        ...{ createdAt: job.createdAt, updatedAt: job.createdAt, startedAt: null, finishedAt: null },
        ...{ error: null, cancelRequestedAt: null, revision: 1, run: 0 },
        counts: { total: null, completed: 0, failed: 0, skipped: 0 },
      };
      expect(reply).toEqual({ outcome: 'created', job: expected });
      expect(await context.other.get(job.id)).toEqual(expected);
    });

    it('keeps the request as it was then', async () => {
      const request = { days: 3 };
      const { id } = await created({ request });
      request.days = 4;
      expect((await context.store.get(id))?.request).toEqual({ days: 3 });
    });

    it('refuses an id that there is', async () => {
      const { id } = await created({ request: 'first' });
      await expect(context.store.create(newJob({ id, request: 'second' }))).rejects.toThrow(JobStoreError);
      expect(await context.store.get(id)).toMatchObject({ request: 'first', revision: 1 });
    });

    it('gives the same job for the same key and request', async () => {
      const idempotency = claim();
      const { id } = await created({ idempotency });
      expect(await context.other.create(newJob({ idempotency }))).toMatchObject({
        outcome: 'replayed',
        job: { id },
      });
    });

    it('refuses a key that stands for another request', async () => {
      const idempotency = claim('one');
      const { id } = await created({ idempotency });
      const another = newJob({ idempotency: { ...idempotency, fingerprint: 'two' } });
      expect(await context.store.create(another)).toEqual({ outcome: 'mismatch', id });
    });

    it('keeps the keys of two scopes apart, wherever a line ends', async () => {
      const [key, scope] = [newType(), newType()];
      await created({ idempotency: claim('f', { scope, key: `x\n${key}` }) });
      await created({ idempotency: claim('f', { scope: 'other', key: `x\n${key}` }) });
      await created({ idempotency: claim('f', { scope: `${scope}\nx`, key }) });
    });

    it('has one winner among many with one key', async () => {
      const idempotency = claim();
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? context.store : context.other).create(newJob({ idempotency })),
        ),
      );
      expect(replies.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
      expect(replies.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(19);
    });

    it('refuses more than may wait, of that type, and replays all the same', async () => {
      const [type, idempotency] = [newType(), claim()];
      await created({ type, maxPending: 2, idempotency });
      await created({ type, maxPending: 2 });
      expect(await context.store.create(newJob({ type, maxPending: 2 }))).toEqual({
        outcome: 'full',
        pending: 2,
      });
      expect(await context.store.create(newJob({ type, maxPending: 2, idempotency }))).toMatchObject({
        outcome: 'replayed',
      });
      await created({ maxPending: 1 });
    });
  });
}
