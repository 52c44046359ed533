import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { assertTerminus } from '../health/index.js';
import { MemoryLeaseStore } from '../lease/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import { background, boot, closeApps, log } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

describe('BootChecks', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  @LeaderElected('prices')
  @Injectable()
  class Prices {
    @Interval(1_000) update() {}
  }

  describe('shutdown hooks', () => {
    const WARNING =
      /^Nothing listens to SIGTERM.*\(up to 30000 ms\)\. Call app\.enableShutdownHooks\(\) in main\.ts$/;
    let before: NodeJS.SignalsListener[];

    beforeEach(() => {
      before = process.listeners('SIGTERM');
      process.removeAllListeners('SIGTERM');
    });
    afterEach(() => {
      process.removeAllListeners('SIGTERM');
      for (const listener of before) process.on('SIGTERM', listener);
    });

    const shared = () => Object.assign(new MemoryLeaseStore(kit.clock), { shared: true });
    const host = (options: BackgroundServicesOptions = {}) =>
      boot({ imports: [background(kit, { store: shared(), ...options })], providers: [Prices] });

    it('are missed once, 10 s after the boot, where replicas share leases', async () => {
      await host();
      await kit.clock.advance(9_900);
      expect(log.at('warn')).toEqual([]);
      await kit.clock.advance(60_000);
      expect(log.at('warn')).toEqual([expect.stringMatching(WARNING)]);
    });

    it('may be enabled after the boot', async () => {
      const app = await host();
      await kit.clock.advance(5_000);
      app.enableShutdownHooks();
      await kit.clock.advance(60_000);
      expect(log.at('warn')).toEqual([]);
    });

    it("may be the app's own", async () => {
      process.on('SIGTERM', () => undefined);
      await host();
      await kit.clock.advance(60_000);
      expect(log.at('warn')).toEqual([]);
    });

    it.each<[string, () => BackgroundServicesOptions]>([
      ['leases in memory, which nobody takes over', () => ({ store: kit.store })],
      ['a replica that does not campaign', () => ({ enabled: false })],
    ])('are not missed with %s', async (_what, options) => {
      await host(options());
      await kit.clock.advance(60_000);
      expect(log.at('warn')).toEqual([]);
    });

    it('are not missed by an app that was closed before', async () => {
      const app = await host();
      await app.close();
      await kit.clock.advance(60_000);
      expect(log.at('warn')).toEqual([]);
    });
  });

  it('say that a replica does not campaign', async () => {
    await boot({ imports: [background(kit, { enabled: false })], providers: [Prices] });
    expect(log.at('log')).toContain(
      'This replica does not campaign (enabled: false): it runs no job, and leaves all to others',
    );
  });

  describe('assertTerminus', () => {
    const notFound = () => {
      throw new Error('Cannot find module');
    };

    it('finds it where packages lie, and does not load it', async () => {
      const load = jest.fn(() => Promise.resolve());
      await assertTerminus(undefined, load);
      expect(load).not.toHaveBeenCalled();
    });

    it('finds it in a bundle', async () => {
      await assertTerminus(notFound, () => Promise.resolve());
    });

    it('says what to install where it is nowhere', async () => {
      await expect(
        assertTerminus(notFound, () => Promise.reject(new Error('ERR_MODULE_NOT_FOUND'))),
      ).rejects.toThrow(
        /"@nestjs\/terminus" is needed for the health routes \(health: false leaves them out\).*npm install @nestjs\/terminus@\d+$/,
      );
    });
  });
});
