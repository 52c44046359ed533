import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import { background, boot, closeApps, closeOn } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import type { Iteration } from '../workers/index.js';

type Imports = NonNullable<ModuleMetadata['imports']>;
type Parts = Record<'ours' | 'feature' | 'global' | 'deep', DynamicModule>;

const LAYOUTS: Readonly<Record<string, (parts: Parts) => Imports>> = {
  first: ({ ours, feature, global, deep }) => [ours, feature, global, deep],
  last: ({ ours, feature, global, deep }) => [feature, global, deep, ours],
  'in the middle': ({ ours, feature, global, deep }) => [feature, ours, global, deep],
  'by a feature module, in front': ({ ours, feature, global, deep }) => [nested(ours), feature, global, deep],
  'by a feature module, at the end': ({ ours, feature, global, deep }) => [
    feature,
    global,
    deep,
    nested(nested(ours)),
  ],
  'by the root and by a feature module': ({ ours, feature, global, deep }) => [
    nested(ours),
    feature,
    ours,
    global,
    deep,
  ],
};

function nested(...imports: Imports): DynamicModule {
  @Module({})
  class NestedModule {}
  return { module: NestedModule, imports };
}

describe('the order of hooks', () => {
  let kit: BackgroundTestingKit;
  let events: string[];

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    events = [];
    const { release } = kit.store;
    kit.store.release = (request) => {
      events.push('release');
      return release.call(kit.store, request);
    };
  });
  afterEach(closeApps);

  /** A provider that tells when its hooks are called. */
  function witness(name: string) {
    @Injectable()
    class Witness implements OnApplicationBootstrap, OnModuleDestroy {
      constructor(@Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager) {}

      onApplicationBootstrap() {
        const roles = this.manager.list().map(({ role }) => role);
        events.push(`bootstrap ${name}, worker ${roles.join()}`);
      }
      onModuleDestroy() {
        events.push(`destroy ${name}`);
      }
    }
    return Witness;
  }

  /** The parts of an app: in each kind of module a witness, and in one of them a worker that takes 100 ms to stop. */
  function parts(register: () => DynamicModule) {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      constructor(@Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager) {}

      @Interval('prices', 1_000) async update({ signal }: Iteration) {
        events.push('iteration');
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            events.push(this.manager.isLeader('prices') ? 'abort with the gate open' : 'abort');
            kit.clock.setTimeout(resolve, 100);
          }),
        );
        events.push('drained');
      }
    }
    @Module({})
    class FeatureModule implements OnModuleDestroy {
      onModuleDestroy() {
        events.push('destroy feature module class');
      }
    }
    @Global()
    @Module({ providers: [witness('global')] })
    class GlobalModule {}
    @Controller()
    class WitnessController extends witness('controller') {}
    @Module({ providers: [witness('deep')] })
    class DeepModule {}
    return {
      ours: register(),
      feature: { module: FeatureModule, providers: [Prices, witness('feature')] },
      global: { module: GlobalModule },
      deep: nested(
        nested({ module: DeepModule, controllers: [WitnessController] }, ScheduleModule.forRoot()),
      ),
    };
  }

  const forms = {
    forRoot: () => background(kit),
    forRootAsync: () =>
      BackgroundServicesModule.forRootAsync({ useFactory: () => Promise.resolve(kit.options()) }),
  };

  describe.each(Object.entries(LAYOUTS))('imported %s', (_where, layout) => {
    it.each(Object.entries(forms))(
      'closes the gate, aborts, drains and releases before anything of the app is destroyed (%s)',
      async (_form, register) => {
        const app = await boot({ imports: layout(parts(register)), providers: [witness('root')] });
        await kit.clock.advance(1_500);
        expect(events.splice(0)).toContain('iteration');

        await closeOn(kit, app);
        expect(events.slice(0, 3)).toEqual(['abort', 'drained', 'release']);
        expect(events.slice(3).sort()).toEqual([
          'destroy controller',
          'destroy deep',
          'destroy feature',
          'destroy feature module class',
          'destroy global',
          'destroy root',
        ]);
      },
    );

    it('campaigns only after everything has bootstrapped', async () => {
      const app = await boot({ imports: layout(parts(forms.forRoot)), providers: [witness('root')] });
      expect(events.sort()).toEqual([
        'bootstrap controller, worker idle',
        'bootstrap deep, worker idle',
        'bootstrap feature, worker idle',
        'bootstrap global, worker idle',
        'bootstrap root, worker idle',
      ]);
      expect(app.get(BackgroundServiceManager).get('prices').role).toBe('standby');
    });
  });
});
