import { afterAll, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlRecord, FleetView } from 'nestjs-background-services/fleet';
import { cleanUpAll, onCleanUp, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { DESKTOP, openPage, PHONE, startBrowser } from '../e2e/dashboard/browser.js';
import { type DashboardReplica, startReplica } from '../e2e/dashboard/replicas.js';

const IMAGES = 'libs/background-dashboard/docs/images';
/** So many points make a sparkline worth looking at; one comes each five seconds. */
const POINTS = 6;

afterAll(cleanUpAll);

/** Of a real fleet. `PICTURES=1` makes those of the README anew; else they are only made, so that a test changes no file. */
it('The dashboard looks like its pictures', async () => {
  const [redis, browser] = await Promise.all([RedisServer.start(), startBrowser()]);
  const start = (instanceId: string) =>
    startReplica({ redis: redis.url, ttl: 1_000, instanceId, hostile: false });
  const replicas = await Promise.all(['app-a', 'app-b', 'app-c'].map(start));
  const [first] = replicas as [DashboardReplica];
  const leaders = async () => {
    const response = await fetch(`${first.url}/api/fleet`, { headers: { cookie: 'role=reader' } });
    const { keys } = (await response.json()) as FleetView;
    return new Map(keys.map(({ key, leader }) => [key, leader]));
  };
  await until(leaders, {
    what: 'leaders',
    satisfies: (all) => [...all.values()].every((leader) => leader !== null),
  });
  const order = async (path: string, why: string) => {
    const response = await fetch(`${first.url}/api/${path}`, {
      method: 'POST',
      headers: { cookie: 'role=operator', 'content-type': 'application/json' },
      body: JSON.stringify({ by: 'ada', why }),
    });
    return (await response.json()) as ControlRecord;
  };
  await order('keys/rates%3Aleader/step-down', 'spread the load');
  await order('keys/reports%3Aleader/step-down', 'spread the load');
  await order('workers/nightly-report/pause', 'the warehouse moves tonight');

  const schemes = (['light', 'dark'] as const).map((colorScheme) => ({
    name: colorScheme,
    colorScheme,
    ...DESKTOP,
  }));
  const views = [...schemes, { name: 'phone', ...PHONE }];
  const pages = await Promise.all(
    views.map(async ({ name, ...options }) => ({
      name,
      ...(await openPage(browser, first.url, { role: 'operator', ...options })),
    })),
  );
  const folder = await pictureFolder();
  for (const { name, page } of pages) {
    await until(() => page.locator('polyline').first().getAttribute('points'), {
      what: 'a sparkline',
      satisfies: (points) => (points ?? '').split(' ').length >= POINTS,
      timeout: 60_000,
    });
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    expect((await stat(path)).size).toBeGreaterThan(20_000);
  }
}, 300_000);

async function pictureFolder(): Promise<string> {
  if (process.env.PICTURES) {
    await mkdir(IMAGES, { recursive: true });
    return IMAGES;
  }
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  onCleanUp(() => rm(folder, { recursive: true }));
  return folder;
}
