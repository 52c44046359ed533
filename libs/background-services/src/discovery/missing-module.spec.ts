import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background } from '../spec-support/boot.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { BackgroundService } from '../workers/index.js';
import { moduleIsThere, watchForModule } from './missing-module.js';

describe('an elected class in an app without the module', () => {
  let log: RecordingLogger;
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    log = new RecordingLogger();
    kit = new BackgroundTestingKit();
  });
  afterEach(() => moduleIsThere());

  async function bootApp(providers: (new (...args: never[]) => object)[], imports: object[] = []) {
    const app = await NestFactory.createApplicationContext(
      { module: class AppModule {}, imports: imports as never, providers },
      { logger: log, abortOnError: false },
    );
    await app.close();
  }

  it('is warned of once, whether the class or a method is elected', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval(1_000) update() {}
    }
    @Injectable()
    class Volumes {
      @LeaderElected('volumes')
      @Interval(1_000)
      update() {}
    }
    await bootApp([Prices, Volumes]);
    expect(log.at('warn')).toEqual([
      expect.stringMatching(
        /^Prices is @LeaderElected.*BackgroundServicesModule is not imported.*forRoot\(\) in the root module$/,
      ),
    ]);
  });

  it('is warned of where a single method is elected', async () => {
    @Injectable()
    class Volumes {
      @LeaderElected('volumes')
      @Interval(1_000)
      update() {}
    }
    await bootApp([Volumes]);
    expect(log.at('warn')).toEqual([expect.stringMatching(/^Volumes is @LeaderElected/)]);
  });

  it('is warned of where it extends BackgroundService', async () => {
    watchForModule(BackgroundService.prototype);
    @Injectable()
    class Prices extends BackgroundService {
      readonly serviceName = 'prices';
      override readonly schedule = { every: 1_000 };
      processIteration() {}
    }
    await bootApp([Prices]);
    expect(log.at('warn')).toEqual([expect.stringMatching(/^Prices is/)]);
  });

  it('still runs its own hook, of which it keeps the result', async () => {
    const ran: string[] = [];
    class Base implements OnApplicationBootstrap {
      onApplicationBootstrap(): void {
        ran.push('base');
      }
    }
    @LeaderElected('inherited')
    @Injectable()
    class Inherited extends Base {
      @Interval(1_000) update() {}
    }
    @LeaderElected('own')
    @Injectable()
    class Own extends Base {
      override onApplicationBootstrap(): void {
        super.onApplicationBootstrap();
        ran.push('own');
      }
      @Interval(1_000) update() {}
    }
    await bootApp([Inherited, Own]);
    expect(ran).toEqual(['base', 'base', 'own']);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('is not warned of where the module is imported, and is as it was written', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval(1_000) update() {}
    }
    @LeaderElected('own')
    @Injectable()
    class Own implements OnApplicationBootstrap {
      onApplicationBootstrap(): void {}
      @Interval(1_000) update() {}
    }
    const written = (() => {
      moduleIsThere();
      return Own.prototype.onApplicationBootstrap;
    })();
    watchForModule(Prices.prototype);
    watchForModule(Own.prototype);
    expect(Own.prototype.onApplicationBootstrap).not.toBe(written);
    await bootApp([Prices, Own], [background(kit)]);
    expect(log.at('warn')).toEqual([]);
    expect(Reflect.ownKeys(Prices.prototype)).toEqual(['constructor', 'update']);
    expect(Own.prototype.onApplicationBootstrap).toBe(written);
  });

  it('is not warned of where Nest does not boot it: classes are imported by scripts and unit tests, too', () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval(1_000) update() {}
    }
    new Prices().update();
    expect(log.at('warn')).toEqual([]);
    expect(Object.keys(Prices.prototype)).toEqual([]);
  });

  it('leaves a prototype alone that takes no hook', () => {
    const frozen = Object.freeze({});
    watchForModule(frozen);
    expect(Reflect.ownKeys(frozen)).toEqual([]);
    const accessor = Object.defineProperty({}, 'onApplicationBootstrap', {
      get: () => () => 1,
      configurable: true,
    });
    watchForModule(accessor);
    expect(Object.getOwnPropertyDescriptor(accessor, 'onApplicationBootstrap')).not.toHaveProperty('value');
  });
});
