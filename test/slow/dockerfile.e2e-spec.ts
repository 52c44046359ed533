import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthcheckPath, repository } from '../support/deployment.js';
import { buildByHand, withoutTestRun, type Image } from '../support/image/build-by-hand.js';
import { cleanUpAll, freePort, startProcess, until, type StartedProcess } from '../support/processes.js';

// An installation and a build, on a machine that does other things as well.
jest.setTimeout(600_000);

/** Root can play the image's user "node" with an id that owns nothing; anybody else runs the app as themselves. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

describe('.docker/Dockerfile, carried out by hand', () => {
  let folder: string;
  let image: Image;
  let env: Record<string, string | undefined>;
  let app: StartedProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-'));
    await chmod(folder, 0o755);
    image = await buildByHand({
      dockerfile: join(repository, '.docker/Dockerfile'),
      repository,
      into: folder,
      owner: nobody,
    });
    const ours = { REDIS_URL: undefined, DATABASE_URL: undefined, API_KEY: undefined, DATA_DIR: undefined };
    env = { ...withoutTestRun(), ...ours, ...image.env, PORT: String(await freePort()) };
    app = await start(image.command);
  });

  afterAll(async () => {
    await cleanUpAll();
    await rm(folder, { recursive: true, force: true });
  });

  const start = ([program, ...args]: readonly string[]): Promise<StartedProcess> =>
    startProcess(program!, args, { cwd: image.workdir, env, user: nobody });

  it('starts the app as an ordinary user, with its own signals', () => {
    expect(image.user).toBe('node');
    expect(image.command).toEqual(['node', 'dist/main.js']);
  });

  it('answers where orchestrators ask', async () => {
    for (const path of [healthcheckPath(image.healthcheck)!, '/health/ready', '/health/background']) {
      const url = `http://127.0.0.1:${env['PORT']}${path}`;
      await until(() => fetch(url).then(({ status }) => status), {
        what: `200 of ${path}`,
        satisfies: (status) => status === 200,
        timeout: 60_000,
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${app.output}`);
      });
    }
  });

  it('is healthy by its own health check while it runs', async () => {
    expect(await (await start(image.healthcheck)).exited).toEqual({ code: 0, signal: null });
  });

  it('holds what the app needs and no more', () => {
    const has = (path: string): boolean => existsSync(join(image.workdir, path));
    expect(has('node_modules/nestjs-background-services/dist/esm/index.js')).toBe(true);
    expect(
      ['node_modules/typescript', 'node_modules/jest', 'src', 'test', '.git', '.env'].filter(has),
    ).toEqual([]);
  });

  it('ends by itself when it is told to, and its health check then fails', async () => {
    const told = performance.now();
    const exit = await app.stop('SIGTERM', 15_000);
    expect([
      { code: 0, signal: null },
      { code: null, signal: 'SIGTERM' },
    ]).toContainEqual(exit);
    expect(performance.now() - told).toBeLessThan(10_000);
    expect(await (await start(image.healthcheck)).exited).toEqual({ code: 1, signal: null });
  });
});
