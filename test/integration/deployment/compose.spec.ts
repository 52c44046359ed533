import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateEnvironment } from '../../../src/config/environment.js';
import {
  healthcheckPath,
  readCompose,
  readSource,
  repository,
  upstreamServers,
  withDefaults,
  type ComposeFile,
  type ComposeService,
} from '../../support/deployment.js';
import { startProcess } from '../../support/processes.js';

/** What the library serves, as far as an orchestrator asks for it. */
const probes = ['/health/live', '/health/ready'];

describe('docker-compose.yml', () => {
  let compose: ComposeFile;
  let app: ComposeService;
  let dockerfile: string;

  beforeAll(async () => {
    compose = await readCompose();
    app = compose.services['app']!;
    dockerfile = await readSource('.docker/Dockerfile');
  });

  it('is valid by the Compose schema and by the rules of dclint', async () => {
    expect(await lint(join(repository, 'docker-compose.yml'))).toMatchObject({ code: 0 });
  });

  it('would not be valid with a key that Compose does not know', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'compose-'));
    const source = await readSource('docker-compose.yml');
    await writeFile(join(folder, 'docker-compose.yml'), source.replace('stop_grace_period', 'stop_period'));
    expect(await lint(folder)).toMatchObject({
      code: 1,
      output: expect.stringContaining('must NOT have additional properties'),
    });
    await rm(folder, { recursive: true });
  });

  it('runs three replicas of an image that this repository builds', () => {
    expect(app.deploy?.replicas).toBe(3);
    expect(existsSync(join(repository, app.build!.context, app.build!.dockerfile))).toBe(true);
  });

  it('gives the app an environment that it accepts, and no variable that it does not know', () => {
    const given = Object.fromEntries(
      Object.entries(app.environment!).map(([name, value]) => [name, withDefaults(value)]),
    );
    const environment = validateEnvironment(given);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(Object.keys(given)));
  });

  it('points the app at services of this file', () => {
    const { REDIS_URL, DATABASE_URL, AWS_ENDPOINT_URL_S3 } = app.environment!;
    for (const url of [REDIS_URL, DATABASE_URL, AWS_ENDPOINT_URL_S3]) {
      expect(Object.keys(compose.services)).toContain(new URL(withDefaults(url!)).hostname);
    }
  });

  it('signs in to PostgreSQL as the user whom the service makes', () => {
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = compose.services['postgres']!.environment!;
    const url = new URL(withDefaults(app.environment!['DATABASE_URL']!));
    expect([url.username, url.password, url.pathname]).toEqual([
      POSTGRES_USER,
      withDefaults(POSTGRES_PASSWORD!),
      `/${POSTGRES_DB}`,
    ]);
  });

  it('signs in to MinIO as the user whom the service makes', () => {
    const { MINIO_ROOT_USER, MINIO_ROOT_PASSWORD } = compose.services['minio']!.environment!;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = app.environment!;
    expect([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]).toEqual([MINIO_ROOT_USER, MINIO_ROOT_PASSWORD]);
  });

  it('waits only for services that say when they are healthy', () => {
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck, build } = compose.services[name]!;
        expect(condition).toBe('service_healthy');
        expect(Boolean(healthcheck) || (Boolean(build) && /^HEALTHCHECK/m.test(dockerfile))).toBe(true);
      }
    }
  });

  it('asks for health at paths that exist', () => {
    const commands = [[dockerfile], compose.services['nginx']!.healthcheck!.test];
    for (const command of commands) expect(probes).toContain(healthcheckPath(command));
  });

  it('lets the app drain before it is killed', () => {
    const grace = Number(/^(\d+)s$/.exec(app.stop_grace_period!)?.[1]) * 1_000;
    const { DRAIN_TIMEOUT, HTTP_DRAIN } = app.environment!;
    expect(grace).toBeGreaterThan(Number(DRAIN_TIMEOUT) + Number(HTTP_DRAIN) + 2_000);
  });

  it('opens nginx to the outside, and nothing else', () => {
    const open = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([name]) => name)).toEqual(['nginx']);
  });

  it('mounts files that exist and volumes that it declares', () => {
    const sources = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    for (const source of sources) {
      if (source.startsWith('.')) expect(existsSync(join(repository, source))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('has nginx ask a service of this file, at the port where it listens', async () => {
    const servers = upstreamServers(await readSource('.docker/nginx.conf'));
    expect(servers).toEqual([{ host: 'app', port: app.environment!['PORT'] }]);
  });
});

/** Without its warnings, which are about the order of keys: this project prefers its own. */
async function lint(path: string): Promise<{ code: number | null; output: string }> {
  const linter = join(repository, 'node_modules/dclint/bin/dclint.cjs');
  const run = await startProcess(process.execPath, [linter, '--quiet', path]);
  const { code } = await run.exited;
  return { code, output: run.output };
}

describe('.docker/Dockerfile', () => {
  it('copies the manifest of every workspace before npm ci', async () => {
    const [beforeInstall] = (await readSource('.docker/Dockerfile')).split('RUN npm ci');
    const { packages } = JSON.parse(await readSource('package-lock.json')) as {
      packages: Record<string, { link?: boolean }>;
    };
    const workspaces = Object.keys(packages).filter((path) => path.startsWith('libs/'));
    expect(workspaces).not.toEqual([]);
    for (const workspace of workspaces) expect(beforeInstall).toContain(`COPY ${workspace}/package.json `);
  });
});
