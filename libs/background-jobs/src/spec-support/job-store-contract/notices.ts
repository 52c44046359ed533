import { describe, expect, it } from '@jest/globals';
import type { JobNotice } from '../../store/job-store.js';
import { until } from '../../../../../test/support/until.js';
import type { Context } from './context.js';

export function noticesContract(context: Context): void {
  const { running, complete, settle, created } = context;

  describe('subscribe', () => {
    it('hears of what happens, from every replica, and of no single item', async () => {
      const heard: JobNotice[] = [];
      const stop = await context.other.subscribe((notice) => heard.push(notice));
      // The first one may come before the subscription is there.
      await until(() => created().then(() => heard.length > 0), { what: 'the subscription' });
      const job = await running(['a', 'b']);
      await settle(job, 'a');
      await context.store.announce(job.id);
      await context.store.requestCancel(job.id, Date.now());
      await complete(job);
      const mine = () => heard.filter(({ id }) => id === job.id);
      await until(() => mine().some(({ final }) => final), { what: 'the end' });
      const revision = (await context.store.get(job.id))?.revision;
      expect(mine()).toEqual([
        { id: job.id, revision: 1, cancel: false, final: false },
        { id: job.id, revision: 2, cancel: false, final: false },
        { id: job.id, revision: 3, cancel: false, final: false },
        { id: job.id, revision: 4, cancel: false, final: false },
        { id: job.id, revision: 5, cancel: true, final: false },
        { id: job.id, revision, cancel: true, final: true },
      ]);
      stop();
      stop();
    });

    it('is heard of no more once stopped', async () => {
      const [stopped, heard]: [string[], string[]] = [[], []];
      const stop = await context.store.subscribe(({ id }) => stopped.push(id));
      const stopOther = await context.store.subscribe(({ id }) => heard.push(id));
      stop();
      const { id } = await created();
      await until(() => heard.includes(id), { what: 'the notice' });
      expect(stopped).toEqual([]);
      stopOther();
    });
  });
}
