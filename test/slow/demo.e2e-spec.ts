import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { repository } from '../support/deployment.js';
import { cleanUpAll, startProcess, until, type StartedProcess } from '../support/processes.js';

jest.setTimeout(180_000);

const boot = 90_000;

describe('npm run demo', () => {
  afterEach(cleanUpAll);

  const start = (...args: string[]): Promise<StartedProcess> =>
    startProcess(
      process.execPath,
      [
        ...['--import', join(repository, 'test/support/typescript.mjs')],
        join(repository, 'test/demo/demo.ts'),
        ...args,
      ],
      { cwd: repository, env: { DATABASE_URL: undefined, NO_COLOR: '1' } },
    );

  it('shows both hand-overs, measures them, and leaves nothing running', async () => {
    const demo = await start('--seconds', '1');
    const measured = /of ([ABC]): ([ABC]) leads after (\d+) ms; (\d+) ms between iterations/;
    const killed = await demo.waitForLine(new RegExp(`kill -9 ${measured.source}`), boot);
    const stopped = await demo.waitForLine(new RegExp(`SIGTERM ${measured.source}`));
    expect(await demo.exited).toEqual({ code: 0, signal: null });

    expect(stopped[1]).toBe(killed[2]);
    // Killed: the rest of a lease of 3 s first. Stopped: handed over. (Exact bounds are tested elsewhere.)
    expect(Number(killed[3])).toBeLessThan(5_000);
    expect(Number(stopped[3])).toBeLessThan(2_000);
    await expectSilence(demo);
  });

  it('shuts its fleet down on Ctrl-C', async () => {
    const demo = await start('--seconds', '60');
    await demo.waitForLine(/says which/, boot);
    expect(await demo.stop('SIGINT', 20_000)).toEqual({ code: 130, signal: null });
    await expectSilence(demo);
  });

  it('explains itself', async () => {
    const demo = await start('--help');
    expect((await demo.exited).code).toBe(0);
    expect(demo.output).toContain('npm run demo -- [options]');
  });
});

/** None of the replicas whose addresses were printed answers any more. */
async function expectSilence(demo: StartedProcess): Promise<void> {
  const urls = [...demo.output.matchAll(/http:\/\/localhost:\d+\/health\/background/g)].map(([url]) => url);
  expect(new Set(urls).size).toBe(3);
  for (const url of urls) {
    const answers = (): Promise<boolean> =>
      fetch(url).then(
        () => true,
        () => false,
      );
    await until(answers, { what: `silence of ${url}`, satisfies: (answered) => !answered });
  }
}
