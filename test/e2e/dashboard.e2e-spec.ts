import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import { gzipSync } from 'node:zlib';
import type { FleetView } from 'nestjs-background-services/fleet';
import type { Browser, Page } from 'playwright-core';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { DESKTOP, openPage, PHONE, startBrowser } from './dashboard/browser.js';
import { type DashboardReplica, startReplica } from './dashboard/replicas.js';
import { HOSTILE } from './dashboard/settings.js';

/** It is gone at most this long after its holder was killed; the stream looks once a second. */
const TTL = 600;

let redis: RedisServer;
let browser: Browser;
let replicas: DashboardReplica[];

const start = (instanceId: string) => startReplica({ redis: redis.url, ttl: TTL, instanceId, hostile: true });

beforeAll(async () => {
  [redis, browser] = await Promise.all([RedisServer.start(), startBrowser()]);
  replicas = await Promise.all(['app-1', 'app-2', 'app-3'].map(start));
  const isOpen = ({ workers }: FleetView) =>
    workers.some(({ name, circuitBreaker }) => name === HOSTILE.name && circuitBreaker.state === 'open');
  await until(fleet, { what: 'the hostile worker to fail', satisfies: isOpen, timeout: 30_000 });
}, 300_000);

afterAll(cleanUpAll);

const running = () => replicas.filter(({ process }) => !process.hasExited);

async function ask(path: string, { url } = running()[0]!): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { cookie: 'role=reader' } });
}

async function fleet(): Promise<FleetView> {
  return (await (await ask('/api/fleet')).json()) as FleetView;
}

/** Of the key, the replica that leads it, and one that does not. */
async function roles(key: string) {
  const { keys } = await until(fleet, {
    what: `a leader of ${key}`,
    satisfies: (view) => view.keys.some((each) => each.key === key && each.state === 'led'),
  });
  const { leader } = keys.find((each) => each.key === key)!;
  const isLeader = ({ instance }: DashboardReplica) => instance === leader;
  return { leader: running().find(isLeader)!, standby: running().find((each) => !isLeader(each))! };
}

const workerRow = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Workers of the fleet' }).getByRole('row', { name });

async function openDesktop(url = running()[0]!.url, more: Parameters<Browser['newContext']>[0] = {}) {
  return openPage(browser, url, { role: 'operator', ...DESKTOP, ...more });
}

describe('The dashboard', () => {
  it('is at most 20 kB, gzipped, in all, and may be kept by browsers', async () => {
    const page = await ask('');
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="\.\/background\/(assets\/[^"]+)"/g)].map(
      ([, file]) => file!,
    );
    expect(files.map((file) => file.replace(/-\w+\./, '.')).sort()).toEqual([
      'assets/page.js',
      'assets/style.css',
    ]);
    const assets = await Promise.all(files.map((file) => ask(`/${file}`)));
    for (const { headers } of assets)
      expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    const texts = [html, ...(await Promise.all(assets.map((asset) => asset.text())))];
    const size = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    console.log(`The page is ${size} bytes, gzipped`);
    expect(size).toBeLessThan(20_000);
    expect(page.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
    );
  });

  it('keeps its page, its files and its stream behind the guard', async () => {
    for (const path of ['', '/assets/any.js', '/api/stream'])
      expect([path, (await fetch(`${running()[0]!.url}${path}`)).status]).toEqual([path, 403]);
  });

  it('shows what is there, without a complaint of the browser', async () => {
    const { page, complaints } = await openDesktop();
    await expectText(page, '.banner', /problem/);
    await workerRow(page, 'intraday-prices').getByText('running').waitFor();
    await workerRow(page, 'nightly-report').getByText(/^in /).waitFor();
    await workerRow(page, 'intraday-prices').getByText('/s', { exact: false }).waitFor();
    await page.getByRole('table', { name: 'Replicas of the fleet' }).getByText('app-3').first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows hostile texts as texts', async () => {
    const { page, complaints } = await openDesktop();
    const errors = page.getByRole('region', { name: 'Recent errors' });
    await errors.getByText(HOSTILE.message, { exact: true }).first().waitFor();
    expect(await page.getByText(HOSTILE.name, { exact: true }).count()).toBeGreaterThan(1);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('img, svg[onload], body script').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has no serious accessibility issue in the %s scheme',
    async (colorScheme) => {
      const { page } = await openDesktop(undefined, { colorScheme });
      await page.getByRole('button', { name: 'Pause intraday-prices' }).waitFor();
      expect(await seriousIssues(page)).toEqual([]);
      await page.getByRole('button', { name: 'Disable prices:leader' }).click();
      expect(await seriousIssues(page)).toEqual([]);
      await page.context().close();
    },
  );

  it('fits on a phone', async () => {
    const { page } = await openPage(browser, running()[0]!.url, { role: 'operator', ...PHONE });
    await page.getByRole('button', { name: 'Pause intraday-prices' }).waitFor();
    const width = 'document.documentElement.scrollWidth';
    expect(await page.evaluate<number>(width)).toBeLessThanOrEqual(PHONE.viewport.width);
    expect(await seriousIssues(page)).toEqual([]);
    await page.context().close();
  });

  it('offers a reader nothing to do, and would not let it', async () => {
    const { page } = await openPage(browser, running()[0]!.url, { role: 'reader', ...DESKTOP });
    await page.getByText('You may look, but not act.').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    const status = await page.evaluate<number>(
      `fetch('background/api/workers/intraday-prices/pause', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then(({ status }) => status)`,
    );
    expect(status).toBe(403);
    await page.context().close();
  });

  it('pauses, resumes and runs a worker from the keyboard, with a reason', async () => {
    const { page, complaints } = await openDesktop();
    const dialog = page.getByRole('dialog');
    const pause = page.getByRole('button', { name: 'Pause intraday-prices' });
    await pause.focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.locator('button:focus').textContent()).toBe('Pause intraday-prices');

    await page.keyboard.press('Enter');
    await dialog.getByLabel('Your name').fill('ada');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    // Nothing goes out without a reason.
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByLabel('Reason').fill('the feed is down');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await workerRow(page, 'intraday-prices').getByText('paused').waitFor();
    await workerRow(page, 'intraday-prices').getByText('by ada: the feed is down').waitFor();
    await page.getByRole('table', { name: 'The last acts' }).getByText('the feed is down').first().waitFor();

    await act(page, 'Resume intraday-prices', 'it is back');
    await workerRow(page, 'intraday-prices').getByText('running').waitFor();
    await act(page, 'Run now nightly-report', 'wanted early');
    await page.getByText('trigger nightly-report: done, an iteration has begun').waitFor();
    await workerRow(page, 'nightly-report')
      .getByText(/ago|now/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows how far a job is, what failed in it, and cancels it', async () => {
    const { page, complaints } = await openDesktop();
    const jobs = page.getByRole('region', { name: 'Jobs' });
    await jobs.getByText('None.').waitFor();
    const answer = await fetch(
      new URL('jobs/price-history', `${running()[1]!.url.replace(/background$/, '')}`),
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: 'role=operator' },
        body: '{}',
      },
    );
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { readonly id: string };
    const name = `price-history ${id.slice(-8)}`;
    await jobs.getByRole('progressbar', { name: `Progress of ${name}` }).waitFor();
    await jobs.getByText(/\d+ of 252, 1 failed, .* left/).waitFor();
    await jobs.getByText(`Failed items of ${name}`).click();
    await jobs.getByText(HOSTILE.name, { exact: true }).waitFor();
    await jobs.getByText(HOSTILE.message).waitFor();
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await seriousIssues(page)).toEqual([]);

    await jobs.getByRole('button', { name: `Cancel ${name}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your name').fill('ada');
    await dialog.getByLabel('Reason').fill('not wanted any more');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'hidden' });
    await jobs.getByText('cancelled').waitFor();
    await page.getByRole('table', { name: 'The last acts' }).getByText('jobs:cancel').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows who leads after the leader was killed, without being loaded again', async () => {
    const { leader, standby } = await roles('prices:leader');
    const { page } = await openDesktop(standby.url);
    const row = workerRow(page, 'intraday-prices');
    await row.getByText(leader.instance).waitFor();
    const next = replicas.filter((each) => each !== leader).map(({ instance }) => instance);
    const shown = row.getByText(new RegExp(next.join('|'))).waitFor();
    await leader.process.kill();
    await shown;
    const line = page.getByRole('list', { name: 'Leaders of prices:leader' });
    await line.getByText(`${leader.instance}: from `).getByText('last heard of at').waitFor();
    await page.context().close();
  });

  it('shows the time between the last sign of a killed leader and its successor as a gap', async () => {
    replicas.push(await start('app-4'));
    const { leader, standby } = await roles('reports:leader');
    const { page } = await openDesktop(standby.url);
    const line = page.getByRole('list', { name: 'Leaders of reports:leader' });
    await line.getByText(new RegExp(`^${leader.instance}: .*, leads$`)).waitFor();
    await leader.process.kill();
    const isNext = ({ keys }: FleetView) =>
      keys.some(
        (each) => each.key === 'reports:leader' && each.state === 'led' && each.leader !== leader.instance,
      );
    await until(fleet, { what: 'the next leader', satisfies: isNext });
    const { leader: next } = await roles('reports:leader');
    await line.getByText(new RegExp(`^${next.instance}: .*, leads$`)).waitFor();
    await line
      .getByText(/nobody is known to have led$/)
      .last()
      .waitFor();
    const boxes = await Promise.all((await line.locator('li').all()).map((item) => item.boundingBox()));
    const [dead, gap, living] = boxes.slice(-3);
    expect(dead!.width).toBeGreaterThan(5);
    expect(gap!.x).toBeGreaterThanOrEqual(dead!.x + dead!.width - 1);
    expect(gap!.width).toBeGreaterThan(0);
    expect(living!.x).toBeGreaterThanOrEqual(gap!.x + gap!.width - 1);
    // Times are told with day and zone.
    expect(await line.locator('li').last().getAttribute('title')).toMatch(/\d{4}, \d+:\d\d:\d\d\s[AP]M \S+/);
    await page.context().close();
  });

  it('invents nothing on a page of a replica that has not read the fleet before Redis went away', async () => {
    const fresh = await start('app-5');
    replicas.push(fresh);
    redis.freeze();
    const { page } = await openDesktop(fresh.url);
    await expectText(page, '.banner', /It has not answered app-5.* since .*: the fleet is unknown/s);
    const workers = page.getByRole('region', { name: 'Workers' });
    await workers
      .getByText(/^(Unknown until the lease store answers\.|unknown)$/)
      .first()
      .waitFor();
    expect(await workers.getByText(/\b0 failed|No worker/).count()).toBe(0);
    redis.thaw();
    await workerRow(page, 'nightly-report')
      .getByText(/\d failed/)
      .waitFor();
    await page.context().close();
  });

  it('says that it reconnects when its replica stops, and keeps what it knew', async () => {
    const [replica] = running();
    const { page } = await openDesktop(replica!.url);
    const row = workerRow(page, 'nightly-report');
    await row.waitFor();
    const before = await row.locator('.number').textContent();
    // An open stream does not hold it up.
    expect(await replica!.process.stop()).toMatchObject({ signal: 'SIGTERM' });
    await expectText(page, '.banner', /Reconnecting.*What you see is from/s);
    expect(await row.locator('.number').textContent()).toBe(before);
    await page.context().close();
  });

  it('says since when it is not current while Redis does not answer', async () => {
    const { page } = await openDesktop();
    redis.freeze();
    await expectText(page, '.banner', /The lease store does not answer.*not current: it is from/s);
    await workerRow(page, 'nightly-report').waitFor();
    redis.thaw();
    await expectText(page, '.banner', /problem|All is well|to know/);
    await page.context().close();
  });
});

async function act(page: Page, button: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'hidden' });
}

async function expectText(page: Page, selector: string, pattern: RegExp): Promise<void> {
  await until(() => page.locator(selector).textContent(), {
    what: `${selector} to say ${String(pattern)}`,
    satisfies: (text) => pattern.test(text ?? ''),
    timeout: 15_000,
  });
}

async function seriousIssues(page: Page): Promise<readonly string[]> {
  // The page's policy lets no script in; what the test's own connection evaluates is not the page's.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('\n')}`,
    );
}
