import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ensureChromium } from '../../support/find-chromium.js';
import { onCleanUp } from '../../support/processes.js';

export const DESKTOP = { viewport: { width: 1280, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Starts headless Chromium, which ends with the test at the latest. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await ensureChromium();
  // Its sandbox refuses to run as root; the pages are our own.
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  onCleanUp(() => browser.close());
  return browser;
}

/** A page, and what it complained of. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, exceptions, and violations of the content security policy. */
  readonly complaints: string[];
}

/** Opens a page as somebody who is signed in with that role. */
export async function openPage(
  browser: Browser,
  url: string,
  { role, ...options }: BrowserContextOptions & { readonly role: 'reader' | 'operator' },
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  await context.addCookies([{ name: 'role', value: role, url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(url);
  await page.getByRole('heading', { name: 'Workers', exact: true, level: 2 }).waitFor();
  return { page, complaints };
}
