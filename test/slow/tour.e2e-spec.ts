import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { readSource, repository } from '../support/deployment.js';
import { ensureCurl } from '../support/find-operators-tools.js';
import { snippetsOf } from '../support/markdown.js';
import { cleanUpAll, startProcess, until } from '../support/processes.js';
import { Host, makeFolder } from '../e2e/host/host.js';

const readme = await readSource('README.md');
const tour = readme.slice(readme.indexOf('## A tour of the host app'), readme.indexOf('## Settings'));
const lines = snippetsOf(tour)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''))
  .filter((line) => /^(curl|node) /.test(line));

/** What the README says that is seen, of each command by a part of it. */
const SEEN: readonly (readonly [string, ...RegExp[]])[] = [
  ['health/background', /"intraday-portfolio":\{.*"key":"portfolio:background_services:leader"/],
  [
    'portfolio/demo/history',
    /"intraday":\[\{/,
    /"daily":\[.*"fencingToken":0\}/,
    /"snapshots":\[.*"change":-?\d/,
  ],
  ['portfolio/snapshots', /"capturedThrough":\{.*"demo":"\d{4}-/],
  ['candles/AAPL', /(?:"start":.*){3}/],
  ['depth/AAPL', /"spread":.*"imbalance":/],
  ['sentiment/AAPL', /"signal":".*"history":\[(?:\{"at".*){3}/],
  ['health/aggregators', /"overall_status":"healthy".*"circuit_breaker":.*"error_rate":0/],
  ['ticker/status', /"state":"off"/, /"ticks":[1-9]/],
  ['ticker/reload"', /"contracts":200/],
  ['ticker/reload?wait=false', /"asked":/],
  ['historical/option', /^HTTP\/1\.1 202 .*^location: \/jobs\//ims],
  ['jobs/$ID"', /"status":"(running|completed)"/],
  ['jobs/$ID/events', /"completed":252.*"status":"completed"/],
  ['jobs/$ID/items?status=failed', /"items":\[\]/],
  ['progress-bar.mjs', /100 % \(252 of 252.*\)\n/, /252 done, 0 there already, 0 failed/],
];

/** A newcomer's way, on what `npm run seed` and `npm start` start. */
describe("The README's tour", () => {
  let env: Record<string, string>;
  let folder: string;

  beforeAll(async () => {
    folder = await makeFolder();
    const seed = await startProcess(process.execPath, [join(repository, 'dist/seed.js')], { cwd: folder });
    expect(await seed.exited).toEqual({ code: 0, signal: null });
    expect(seed.output).toMatch(
      /Added \d{3} days of accounts, \d{5} minutes of candles, 720 looks at the crowd/,
    );
    const host = await Host.start({ folder });
    await writeFile(join(folder, '.curlrc'), 'silent\nshow-error\nfail-with-body\nmax-time = 30\n');
    const path = [dirname(await ensureCurl()), process.env['PATH']].join(delimiter);
    env = { PATH: path, CURL_HOME: folder, HOST: host.url, API_KEY: 'secret', ID: '' };
    await until(
      async () => (await host.ask<{ stream: { ticks: number } }>('/ticker/status')).body.stream.ticks > 0,
      {
        what: 'the ticker',
        timeout: 20_000,
      },
    );
    await until(
      async () =>
        (await host.ask<{ intraday: unknown[] }>('/portfolio/demo/history')).body.intraday.length > 0,
      { what: 'a valuation', timeout: 20_000 },
    );
    await until(async () => (await host.ask('/depth/AAPL')).status === 200, { what: 'a depth of market' });
  }, 120_000);
  afterAll(cleanUpAll, 30_000);

  it('has commands that are all looked at here', () => {
    expect(lines.map((line) => SEEN.filter(([part]) => line.includes(part)).length)).toEqual(
      lines.map(() => 1),
    );
    expect(lines).toHaveLength(SEEN.length);
  });

  it('shows what it says', async () => {
    for (const line of lines) {
      const shell = await startProcess('sh', ['-c', line], { env, cwd: repository });
      const { code } = await shell.exited;
      const output = shell.output;
      expect({ line, code, output }).toEqual({ line, code: 0, output: expect.any(String) });
      const [, ...seen] = SEEN.find(([part]) => line.includes(part))!;
      for (const pattern of seen) expect(output.replaceAll('\r', '')).toMatch(pattern);
      env['ID'] = /^location: \/jobs\/(\S+)/im.exec(output)?.[1] ?? env['ID']!;
    }
  }, 120_000);
});
