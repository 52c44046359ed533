import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { repository } from '../../support/deployment.js';
import { ensureCurl } from '../../support/find-operators-tools.js';
import { cleanUpAll, startProcess } from '../../support/processes.js';

/** The script with a docker and an nginx that are played. What it does to real processes, `npm run rolling-deploy` shows. */
describe('.docker/rolling-restart', () => {
  let folder: string;
  let nginx: Server;
  /** Whether nginx finds new replicas. */
  let finds: boolean;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rolling-restart-'));
    await copyFile(
      join(repository, 'test/integration/deployment/stub-docker.mjs'),
      join(folder, 'docker.mjs'),
    );
    const command = join(folder, 'docker');
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${folder}/docker.mjs" "$@"\n`);
    await chmod(command, 0o755);
    await Promise.all([writeFile(join(folder, 'calls'), ''), run('a', 'b', 'c')]);
    finds = true;
    let turn = 0;
    nginx = createServer((_request, response) => {
      void running().then((all) => {
        const replicas = all.filter((name) => finds || !name.startsWith('new'));
        turn += 1;
        response.setHeader(
          'X-Served-By',
          `${replicas[(turn + 1) % replicas.length]}, ${replicas[turn % replicas.length]}`,
        );
        response.end();
      });
    });
    await new Promise<void>((listening) => nginx.listen(0, '127.0.0.1', listening));
  });

  afterEach(async () => {
    nginx.close();
    nginx.closeAllConnections();
    await cleanUpAll();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...names: string[]) => writeFile(join(folder, 'state'), JSON.stringify(names));
  const running = async () => JSON.parse(await readFile(join(folder, 'state'), 'utf8')) as string[];
  const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');

  async function restart(...args: string[]) {
    const script = await startProcess(join(repository, '.docker/rolling-restart'), args, {
      env: {
        PATH: [folder, process.env['PATH'], dirname(await ensureCurl())].join(delimiter),
        DOCKER_STATE: join(folder, 'state'),
        DOCKER_CALLS: join(folder, 'calls'),
        HTTP_PORT: String((nginx.address() as AddressInfo).port),
        PATIENCE: '1',
      },
    });
    return { ...(await script.exited), output: script.output };
  }

  it('replaces one after the other, each when all answer again', async () => {
    expect(await restart()).toMatchObject({ code: 0 });
    const replace = (name: string) => [
      `stop ${name}`,
      `rm ${name}`,
      'compose up --detach --wait --no-deps --no-recreate --scale app=3 app',
    ];
    expect(await calls()).toEqual([
      ...['compose build app', 'compose ps --quiet app'],
      ...['a', 'b', 'c'].flatMap(replace),
    ]);
    expect((await running()).filter((name) => name.startsWith('new'))).toHaveLength(3);
  });

  it('leaves the image as it is if told so', async () => {
    expect(await restart('--no-build')).toMatchObject({ code: 0 });
    expect(await calls()).not.toContain('compose build app');
  });

  it('stops at the first replica that does not come back', async () => {
    finds = false;
    const { code, output } = await restart();
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('expected answers of 3') });
    expect(await running()).toEqual(['b', 'c', expect.stringContaining('new')]);
  });

  it('does not take the only replica away', async () => {
    await run('a');
    expect(await restart()).toMatchObject({ code: 1, output: expect.stringContaining('found 1') });
    expect(await running()).toEqual(['a']);
  });
});
