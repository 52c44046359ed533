import { describe, expect, it } from '@jest/globals';
import type { AcquireReply, LeaseRef } from 'nestjs-background-services';
import { until } from '../../support/until.js';
import { type Context, SHORT } from './context.js';

export function releaseContract(context: Context): void {
  const { acquire, lead, renew, ledgerOf, look, expired, newKey } = context;

  describe('release', () => {
    it('frees the lease at once', async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      expect(await context.store.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
      expect(await look(key)).toMatchObject({ holder: null, token: lease.token });
      expect(await acquire(key, 'b')).toMatchObject({ outcome: 'acquired' });
    });

    it('frees its own holder and token only', async () => {
      const key = newKey();
      const older = await lead(key, 'a');
      const lease = await lead(key, 'a');
      const { store } = context;
      const refused = { outcome: 'lost', holder: 'a' };
      expect(await store.release({ ...older, ledger: { x: '1' } })).toEqual(refused);
      expect(await store.release({ ...lease, holder: 'b', ledger: { x: '1' } })).toEqual(refused);
      expect(await renew(lease)).toMatchObject({ outcome: 'renewed' });
      expect(await ledgerOf(key, 'a')).toEqual({});
    });

    it('answers for each lease of many that are released at once', async () => {
      const [mine, theirs, free] = [newKey(), newKey(), newKey()];
      const leases = [await lead(mine, 'a'), { ...(await lead(theirs, 'b')), holder: 'a' }];
      const all = [...leases, { key: free, holder: 'a', token: 1 }];
      const { store } = context;
      expect(
        await Promise.all(all.map((lease, i) => store.release({ ...lease, ledger: { x: `${i}` } }))),
      ).toEqual([
        { outcome: 'released' },
        { outcome: 'lost', holder: 'b' },
        { outcome: 'lost', holder: null },
      ]);
      expect(await look(mine)).toMatchObject({ holder: null });
      expect(await look(theirs)).toMatchObject({ holder: 'b' });
      expect(await ledgerOf(mine, 'a')).toEqual({ x: '0' });
      expect(await ledgerOf(free, 'a')).toEqual({});
    });

    it('is refused the second time, and once the lease has expired', async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      await context.store.release({ ...lease, ledger: {} });
      expect(await context.store.release({ ...lease, ledger: {} })).toEqual({
        outcome: 'lost',
        holder: null,
      });
      const short = await lead(key, 'a', { ttl: SHORT });
      await expired(key);
      expect(await context.store.release({ ...short, ledger: {} })).toEqual({
        outcome: 'lost',
        holder: null,
      });
    });
  });

  describe('watch', () => {
    it('hears of releases by anybody, and of nothing else', async () => {
      const heard: LeaseRef[] = [];
      const stop = context.store.watch((release) => heard.push(release));
      const [mine, theirs, deleted, refused] = [newKey(), newKey(), newKey(), newKey()];
      await lead(deleted, 'a');
      await context.delete(deleted);
      await context.store.release({ ...(await lead(refused, 'a')), holder: 'b', ledger: {} });
      await expired((await lead(newKey(), 'a', { ttl: SHORT })).key);
      await context.store.release({ ...(await lead(mine, 'a')), ledger: {} });
      await context.other.release({ ...(await lead(theirs, 'b', { store: context.other })), ledger: {} });
      const count = { what: 'two releases', satisfies: (length: number) => length >= 2 };
      await until(() => heard.length, count);
      expect(heard).toEqual([
        { key: mine, holder: 'a' },
        { key: theirs, holder: 'b' },
      ]);
      stop();
    });

    it('is heard of no more once stopped, by whoever stopped it', async () => {
      const heard: string[] = [];
      const stop = context.store.watch(({ key }) => heard.push(`stopped ${key}`));
      const key = newKey();
      const stopOther = context.store.watch((release) => heard.push(release.key));
      stop();
      stop();
      await context.other.release({ ...(await lead(key, 'a')), ledger: {} });
      await until(() => heard.length > 0, { what: 'the release' });
      expect(heard).toEqual([key]);
      stopOther();
    });

    it('hears of a release no earlier than the lease is free', async () => {
      const key = newKey();
      const lease = await lead(key, 'a');
      const successor = new Promise<AcquireReply>((resolve, reject) => {
        const stop = context.other.watch((release) => {
          if (release.key !== key) return;
          stop();
          acquire(key, 'b', { store: context.other }).then(resolve, reject);
        });
      });
      await context.store.release({ ...lease, ledger: {} });
      expect(await successor).toMatchObject({ outcome: 'acquired' });
    });
  });
}
