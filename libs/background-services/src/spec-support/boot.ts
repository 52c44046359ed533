import { type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackgroundServicesModule } from '../module/background-services.module.js';
import { BackgroundServiceManager } from '../manager/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import type { BackgroundTestingKit } from '../testing/index.js';
import { RecordingLogger } from './recording-logger.js';

const apps = new Set<INestApplication>();
const kits = new Set<BackgroundTestingKit>();

/** What the apps of the running test have logged. */
export const log = new RecordingLogger();

/** The module as an app imports it, on a kit's clock and store. */
export function background(kit: BackgroundTestingKit, options?: BackgroundServicesOptions) {
  kits.add(kit);
  return BackgroundServicesModule.forRoot(kit.options(options));
}

/** Makes an app that is not initialised yet; `closeApps` closes it with the test. */
export async function createApp(metadata: ModuleMetadata): Promise<INestApplication> {
  const testing = await Test.createTestingModule(metadata).setLogger(log).compile();
  const app = testing.createNestApplication();
  apps.add(app);
  return app;
}

/** Boots an app of these parts. */
export async function boot(metadata: ModuleMetadata): Promise<INestApplication> {
  const app = await createApp(metadata);
  await app.init();
  return app;
}

export function managerOf(app: INestApplication): BackgroundServiceManager {
  return app.get(BackgroundServiceManager);
}

/** Closes an app, letting its clock run for as long as that takes. Returns how long, in ms of test time. */
export async function closeOn(kit: BackgroundTestingKit, app: INestApplication): Promise<number> {
  const before = kit.clock.monotonic();
  let state: 'closing' | 'closed' = 'closing';
  const closing = app.close().finally(() => (state = 'closed'));
  await kit.clock.advanceUntil(() => state === 'closed');
  await closing;
  return kit.clock.monotonic() - before;
}

/** For `afterEach`: closes what the test booted, letting time pass for work that still drains, and forgets what was logged. */
export async function closeApps(): Promise<void> {
  const open = new Set(apps);
  const closing = Promise.all([...open].map((app) => app.close().finally(() => open.delete(app))));
  while (open.size > 0 && kits.size > 0) for (const { clock } of kits) await clock.advance(1_000);
  apps.clear();
  kits.clear();
  log.clear();
  await closing;
}
