import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { repository } from '../support/deployment.js';
import { ensureNginx } from '../support/find-nginx.js';
import { cleanUpAll, startProcess, type StartedProcess } from '../support/processes.js';

jest.setTimeout(180_000);

const nginx = await ensureNginx().catch((error: unknown) => {
  console.warn(`The rolling update is not played: ${String(error)}`);
  return undefined;
});
const itWithNginx = nginx ? it : it.skip;

describe('npm run rolling-deploy', () => {
  afterEach(cleanUpAll);

  const start = (...args: string[]): Promise<StartedProcess> =>
    startProcess(
      process.execPath,
      [
        ...['--import', join(repository, 'test/support/typescript.mjs')],
        join(repository, 'test/rolling-deploy/main.ts'),
        ...args,
      ],
      { cwd: repository },
    );

  itWithNginx('replaces three replicas under load, and neither callers nor workers notice', async () => {
    // On a machine that runs other tests at the same time everything is late by itself.
    const rollout = await start('--settle', '1', '--interval', '500', '--slack', '300');
    const { code } = await rollout.exited;
    const goals = rollout.lines.filter(({ text }) => text.startsWith('goal ')).map(({ text }) => text);
    console.log(rollout.output);
    expect(code).toBe(0);
    expect(goals.length).toBeGreaterThanOrEqual(6);
    expect(goals.filter((goal) => !goal.endsWith(' met'))).toEqual([]);
  });

  it('explains itself, and refuses what it does not understand', async () => {
    const [help, wrong] = await Promise.all([start('--help'), start('--rounds', 'many')]);
    expect((await help.exited).code).toBe(0);
    expect(help.output).toContain('npm run rolling-deploy -- [options]');
    expect((await wrong.exited).code).toBe(2);
  });
});
