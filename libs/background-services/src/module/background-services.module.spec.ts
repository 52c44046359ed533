import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Inject, Injectable, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundHealthIndicator } from '../health/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
} from '../options/options.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { background, boot, closeApps, createApp, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

describe('BackgroundServicesModule', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  describe('forRoot', () => {
    it('needs no options, and says once that leases live in memory then', async () => {
      const app = await boot({ imports: [BackgroundServicesModule.forRoot()] });
      expect(app.get<ResolvedOptions>(RESOLVED_OPTIONS).lease.ttl).toBe(30_000);
      expect(log.at('log').filter((line) => line.includes('leases live in memory'))).toHaveLength(1);
    });

    it('refuses wrong options at boot, all of them in one error', async () => {
      const imports = [BackgroundServicesModule.forRoot({ enabled: 1, lease: { ttl: 1 } } as never)];
      await expect(createApp({ imports })).rejects.toThrow(
        /^BackgroundServicesModule: 2 wrong options\n {2}- lease\.ttl: .*\n {2}- enabled: /,
      );
    });

    it('offers the manager and the indicator in every module, without another import', async () => {
      @Injectable()
      class Feature {
        constructor(
          @Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager,
          @Inject(BackgroundHealthIndicator) readonly indicator: BackgroundHealthIndicator,
        ) {}
      }
      @Module({ providers: [Feature] })
      class FeatureModule {}
      const app = await boot({ imports: [FeatureModule, background(kit)] });
      expect(app.get(Feature).manager).toBe(managerOf(app));
      expect(app.get(Feature).indicator).toBeInstanceOf(BackgroundHealthIndicator);
    });

    it('does not campaign with enabled: false, but shows its workers', async () => {
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        @Interval(1_000) update() {
          throw new Error('it ran');
        }
      }
      const app = await boot({
        imports: [ScheduleModule.forRoot(), background(kit, { enabled: false })],
        providers: [Prices],
      });
      await kit.clock.advance(60_000);
      expect(managerOf(app).list()).toMatchObject([{ role: 'idle', leader: undefined }]);
      expect((await kit.store.inspect(['prices']))[0]).toMatchObject({ holder: null, token: null });
      managerOf(app).start('Prices.update');
      await kit.clock.advance(60_000);
      expect(managerOf(app).get('Prices.update').role).toBe('idle');
    });
  });

  describe('forRootAsync', () => {
    const SETTINGS = Symbol('settings');

    @Module({ providers: [{ provide: SETTINGS, useValue: { ttl: 3_000 } }], exports: [SETTINGS] })
    class SettingsModule {}

    @Injectable()
    class OptionsFactory implements BackgroundServicesOptionsFactory {
      constructor(@Inject(SETTINGS) readonly settings: { readonly ttl: number }) {}

      createBackgroundServicesOptions() {
        return kit.options({ lease: { ttl: this.settings.ttl } });
      }
    }

    @Injectable()
    class AsyncOptionsFactory extends OptionsFactory {
      override createBackgroundServicesOptions() {
        return Promise.resolve(super.createBackgroundServicesOptions()) as never;
      }
    }

    @Module({ imports: [SettingsModule], providers: [OptionsFactory], exports: [OptionsFactory] })
    class FactoryModule {}

    it.each<[string, BackgroundServicesAsyncOptions]>([
      ['useFactory', { useFactory: () => kit.options({ lease: { ttl: 3_000 } }) }],
      ['an async useFactory', { useFactory: () => Promise.resolve(kit.options({ lease: { ttl: 3_000 } })) }],
      [
        'useFactory with inject and imports',
        {
          imports: [SettingsModule],
          inject: [SETTINGS],
          useFactory: ({ ttl }: { ttl: number }) => kit.options({ lease: { ttl } }),
        },
      ],
      [
        'useFactory with an optional injection that is missing',
        {
          inject: [{ token: 'missing', optional: true }],
          useFactory: (missing: unknown) =>
            kit.options({ lease: { ttl: missing === undefined ? 3_000 : NaN } }),
        },
      ],
      ['useClass', { imports: [SettingsModule], useClass: OptionsFactory }],
      ['useClass that answers with a promise', { imports: [SettingsModule], useClass: AsyncOptionsFactory }],
      ['useExisting', { imports: [FactoryModule], useExisting: OptionsFactory }],
    ])('takes %s', async (_form, options) => {
      const app = await boot({ imports: [BackgroundServicesModule.forRootAsync(options)] });
      expect(app.get<ResolvedOptions>(RESOLVED_OPTIONS).lease).toMatchObject({
        ttl: 3_000,
        renewInterval: 1_000,
      });
    });

    it('uses the very instance that exists with useExisting', async () => {
      let made = 0;
      @Injectable()
      class Counted implements BackgroundServicesOptionsFactory {
        constructor() {
          made++;
        }
        createBackgroundServicesOptions() {
          return kit.options();
        }
      }
      @Module({ providers: [Counted], exports: [Counted] })
      class CountedModule {}
      await boot({
        imports: [
          BackgroundServicesModule.forRootAsync({ imports: [CountedModule], useExisting: Counted }),
          CountedModule,
        ],
      });
      expect(made).toBe(1);
    });

    it.each<[BackgroundServicesAsyncOptions, number]>([
      [{}, 0],
      [{ useFactory: () => ({}), useClass: OptionsFactory }, 2],
      [{ useFactory: () => ({}), useClass: OptionsFactory, useExisting: OptionsFactory }, 3],
    ])('needs exactly one of its three ways (case %#)', (options, ways) => {
      expect(() => BackgroundServicesModule.forRootAsync(options)).toThrow(
        `forRootAsync: expected exactly one of useFactory, useClass and useExisting, received "${ways} of them"`,
      );
    });

    it('refuses wrong options as forRoot does', async () => {
      const imports = [
        BackgroundServicesModule.forRootAsync({ useFactory: () => ({ enabled: 1 }) as never }),
      ];
      await expect(createApp({ imports })).rejects.toThrow(/- enabled: expected a boolean, received 1/);
    });

    it('refuses a factory that returns nothing: every replica would lead', async () => {
      const imports = [
        BackgroundServicesModule.forRootAsync({
          useFactory: () => undefined as unknown as BackgroundServicesOptions,
        }),
      ];
      await expect(createApp({ imports })).rejects.toThrow(
        'forRootAsync: expected the factory to return an object ({} for the defaults), received undefined',
      );
    });

    it('lets the error of a factory through', async () => {
      const imports = [
        BackgroundServicesModule.forRootAsync({
          useFactory: () => Promise.reject(new Error('no configuration')),
        }),
      ];
      await expect(createApp({ imports })).rejects.toThrow('no configuration');
    });
  });

  describe('registered twice', () => {
    const place = /background-services\.module\.spec\.ts:\d+:\d+/;

    it.each<[string, () => [DynamicModule, DynamicModule]]>([
      ['two forRoot()', () => [background(kit), background(kit)]],
      ['two forRoot() of the same options', () => twice(BackgroundServicesModule.forRoot.bind(null, {}))],
      [
        'forRoot() and forRootAsync()',
        () => [
          BackgroundServicesModule.forRoot(kit.options()),
          BackgroundServicesModule.forRootAsync({ useFactory: () => kit.options() }),
        ],
      ],
    ])('is an error: %s', async (_which, registrations) => {
      const [first, second] = registrations();
      @Module({ imports: [second] })
      class FeatureModule {}
      await expect(boot({ imports: [FeatureModule, first] })).rejects.toThrow(
        /^BackgroundServicesModule is registered 2 times in this app:/,
      );
    });

    it('names both places', async () => {
      const first = BackgroundServicesModule.forRoot(kit.options());
      const second = BackgroundServicesModule.forRootAsync({ useFactory: () => kit.options() });
      const error: unknown = await boot({ imports: [first, second] }).catch((thrown: unknown) => thrown);
      const { places } = error as { places: string[] };
      expect(places).toEqual([expect.stringMatching(place), expect.stringMatching(place)]);
      expect(places[0]).not.toBe(places[1]);
      expect((error as Error).message).toContain(`  - ${places[0]}\n  - ${places[1]}\nKeep one forRoot()`);
    });

    it('is an error that names forRoot() where it is imported as a bare class', async () => {
      for (const imports of [[BackgroundServicesModule], [background(kit), BackgroundServicesModule]])
        await expect(boot({ imports })).rejects.toThrow(
          /^BackgroundServicesModule is imported as a bare class\. Import BackgroundServicesModule\.forRoot\(/,
        );
    });

    it('is fine if it is one dynamic module that several modules import', async () => {
      const registration = background(kit);
      const runs: number[] = [];
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        @Interval(1_000) update() {
          runs.push(kit.clock.monotonic());
        }
      }
      @Module({ imports: [registration], providers: [Prices] })
      class FeatureModule {}
      await boot({ imports: [registration, FeatureModule, registration] });
      await kit.clock.advance(2_500);
      expect(runs).toHaveLength(2);
    });

    it('is fine in two apps of one process, which are two replicas', async () => {
      const [first, second] = [
        await boot({ imports: [background(kit)] }),
        await boot({ imports: [background(kit)] }),
      ];
      expect(managerOf(first).instanceId).not.toBe(managerOf(second).instanceId);
    });

    it('is found even if the stack is not recorded', async () => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      const registrations = [background(kit), background(kit)];
      Error.stackTraceLimit = limit;
      await expect(boot({ imports: registrations })).rejects.toThrow(/registered 2 times.*\n.*unknown place/);
    });
  });

  it('needs no other module, and brings no ScheduleModule', async () => {
    const app = await boot({ imports: [background(kit)] });
    const names = [...app.get(ModulesContainer).values()].map(({ name }) => name);
    expect(names).not.toContain('ScheduleModule');
  });

  it('boots 1,000 elected workers, and they all run', async () => {
    const classes = Array.from({ length: 100 }, (_, i) => manyWorkers(`class-${i}`));
    const before = performance.now();
    const app = await boot({ imports: [ScheduleModule.forRoot(), background(kit)], providers: classes });
    const took = performance.now() - before;
    await kit.clock.advance(1_100);
    const manager = managerOf(app);
    expect(manager.list()).toHaveLength(1_000);
    expect(manager.list().every(({ metrics }) => metrics.iterations === 1)).toBe(true);
    // About 0.3 s on the machine this was written on; the limit only catches what is out of all proportion.
    expect(took).toBeLessThan(10_000);
  });
});

function twice(register: () => DynamicModule): [DynamicModule, DynamicModule] {
  return [register(), register()];
}

/** A class with ten workers under a key of its own. */
function manyWorkers(key: string) {
  @LeaderElected(key)
  @Injectable()
  class Many {}
  for (let i = 0; i < 10; i++) {
    const value = () => undefined;
    Interval(`${key}-${i}`, 1_000)(Many.prototype, `method${i}`, { value });
    Object.defineProperty(Many.prototype, `method${i}`, { value });
  }
  return Many;
}
