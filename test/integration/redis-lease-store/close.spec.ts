import { afterEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { freePort } from '../../support/free-port.js';
import { acquire, lead } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { everyCommand, expectUnknown, KEY, LIMIT, open, SLACK, startBehindProxy, timed } from './outage.js';

describe('RedisLeaseStore', () => {
  afterEach(cleanUpAll);

  describe('close', () => {
    it('lets what is under way be answered, and refuses what comes after', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      await lead(store, KEY, 'a');
      const underWay = everyCommand(store);
      await store.close();
      expect((await Promise.all(underWay)).map((reply) => reply.outcome)).not.toContain('unknown');
      await expectUnknown(store, /the store is closed/);
    });

    it('may be called again, and by many', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      await Promise.all([store.close(), store.close()]);
      await store.close();
    });

    it.each<[string, (server: RedisServer) => unknown]>([
      ['that is well', () => {}],
      ['that is gone', (server) => server.crash()],
      ['that is frozen', (server) => server.freeze()],
    ])('ends with a Redis %s, soon and without a trace', async (_what, spoil) => {
      const noTrace = await traces();
      const server = await RedisServer.start();
      const store = open(server.url);
      await subscribed(store);
      await spoil(server);
      const underWay = everyCommand(store);
      expect(await timed(() => store.close())).toBeLessThan(LIMIT + SLACK);
      await Promise.all(underWay);
      await noTrace();
    });

    it('ends while a connection is being opened, to a Redis that is not there or does not answer', async () => {
      const noTrace = await traces();
      const server = await RedisServer.start();
      server.freeze();
      for (const url of [`redis://127.0.0.1:${await freePort()}`, server.url]) {
        const early = open(url);
        await early.close();
        const late = open(url);
        await acquire(late, KEY, 'a');
        expect(await timed(() => late.close())).toBeLessThan(SLACK);
      }
      await noTrace();
    });

    it('ends while a subscription is unanswered, with no rejection left to nobody', async () => {
      const { proxy, store } = await startBehindProxy();
      await lead(store, KEY, 'a');
      const lost = proxy.loseNextReply(/subscribe/);
      proxy.cut();
      await lost;
      await store.close();
    });
  });
});

/** Waits until the store hears of its own releases: both its connections are up. */
async function subscribed(store: LeaseStore): Promise<void> {
  let heard = 0;
  const stop = store.watch(() => (heard += 1));
  const release = async () => store.release({ ...(await lead(store, 'witness', 'a')), ledger: {} });
  await until(() => release().then(() => heard > 0), { what: 'a release' });
  stop();
}

/** Takes note of what keeps this process alive now; the result waits until there is no more than that. */
async function traces(): Promise<() => Promise<unknown>> {
  const count = (kind: string) => process.getActiveResourcesInfo().filter((name) => name === kind).length;
  const noSocket = () => until(() => count('TCPSocketWrap') === 0, { what: 'every socket to be gone' });
  await noSocket();
  const timers = count('Timeout');
  return async () => {
    await noSocket();
    await until(() => count('Timeout') <= timers, { what: 'every timer to be gone' });
  };
}
