import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { cleanUpAll } from '../support/processes.js';
import { startBrowser } from '../e2e/dashboard/browser.js';
import { Host, makeFolder } from '../e2e/host/host.js';

describe('Swagger UI of the host', () => {
  let host: Host;
  let browser: Browser;

  beforeAll(async () => {
    [host, browser] = await Promise.all([
      makeFolder().then((folder) => Host.start({ folder })),
      startBrowser(),
    ]);
  }, 120_000);
  afterAll(cleanUpAll);

  /** The document, with the key entered as a visitor does. */
  async function openWithKey(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${host.url}/api/docs`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.locator('.auth-container input').fill('secret');
    await page.locator('.auth-container').getByRole('button', { name: 'Apply credentials' }).click();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    return page;
  }

  /** Tries an operation as it stands there, and returns the status that came back. */
  async function execute(page: Page, path: string): Promise<string> {
    const operation = page
      .locator('.opblock')
      .filter({ has: page.locator(`[data-path="${path}"]`) })
      .first();
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    return (await operation.locator('.live-responses-table tbody .response-col_status').innerText()).trim();
  }

  it('lets a visitor submit a job and settle the portfolios, with the examples as they are', async () => {
    const page = await openWithKey();
    expect(await execute(page, '/historical/option')).toMatch(/^202/);
    expect(await execute(page, '/portfolio/snapshots')).toMatch(/^200/);
    await page.close();
  }, 60_000);

  it('tells a visitor without the key what is missing', async () => {
    const page = await browser.newPage();
    await page.goto(`${host.url}/api/docs`);
    expect(await execute(page, '/historical/option')).toMatch(/^401/);
    await page.close();
  }, 60_000);
});
