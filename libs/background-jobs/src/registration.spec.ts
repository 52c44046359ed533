import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundJobsModule } from './background-jobs.module.js';

describe('BackgroundJobsModule registered twice', () => {
  const apps: INestApplicationContext[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  async function boot(imports: NonNullable<DynamicModule['imports']>): Promise<void> {
    @Module({ imports })
    class App {}
    apps.push(await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false }));
  }

  const duplicate = (first: RegExp, second: RegExp) =>
    expect.objectContaining({
      code: 'BGJ_DUPLICATE_REGISTRATION',
      message: expect.stringMatching(/^BackgroundJobsModule is registered 2 times in this app:\n {2}- /),
      places: [expect.stringMatching(first), expect.stringMatching(second)],
    });

  it('is an error that names both places', async () => {
    const here = /registration\.spec\.ts:\d+/;
    const twice = [
      BackgroundJobsModule.forRoot(),
      BackgroundJobsModule.forRootAsync({ useFactory: () => ({}) }),
    ];
    await expect(boot(twice)).rejects.toEqual(duplicate(here, here));
  });

  it('is an error of two copies of the package, too', async () => {
    const { providers = [] } = await copyOfTheModule();
    // A second copy brings a second Nest here, of which the first one knows only what is known by a symbol.
    const registrations = providers.filter((one) => 'provide' in one && typeof one.provide === 'symbol');
    @Module({ providers: registrations })
    class Other {}
    await expect(boot([BackgroundJobsModule.forRoot(), Other])).rejects.toEqual(duplicate(/./, /./));
  });

  it('is none of one dynamic module that several modules import', async () => {
    const registration = BackgroundJobsModule.forRoot();
    @Module({ imports: [registration] })
    class Feature {}
    await boot([registration, Feature]);
  });

  async function copyOfTheModule(): Promise<DynamicModule> {
    jest.resetModules();
    const second = await import('./background-jobs.module.js');
    expect(second.BackgroundJobsModule).not.toBe(BackgroundJobsModule);
    return second.BackgroundJobsModule.forRoot();
  }
});
