import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSource } from '../../support/deployment.js';
import { ensureNginx } from '../../support/find-nginx.js';
import { cleanUpAll, freePort, startProcess, until } from '../../support/processes.js';

const nginx = await ensureNginx().catch((error: unknown) => {
  console.warn(`Tests with a real nginx are skipped: ${String(error)}`);
  return undefined;
});
const describeWithNginx = nginx ? describe : describe.skip;

describe('.docker/nginx.conf', () => {
  it('follows the addresses of the replicas through the DNS of Docker', async () => {
    const conf = await readSource('.docker/nginx.conf');
    // A zone and a resolver are what "resolve" needs; without it nginx keeps the addresses of its start.
    expect(conf).toMatch(/^resolver 127\.0\.0\.11 /m);
    expect(conf).toMatch(/^upstream host \{\s*zone host /m);
    expect(conf).toMatch(/server app:3000 resolve /);
    expect(conf).toMatch(/proxy_pass http:\/\/host;/);
  });
});

describeWithNginx('.docker/nginx.conf in a real nginx (needs nginx)', () => {
  let replicas: Server[];
  let url: string;

  beforeAll(async () => {
    replicas = await Promise.all(['one', 'two', 'three'].map(startReplica));
    url = await startNginx(replicas.map((replica) => (replica.address() as AddressInfo).port));
  });
  afterAll(async () => {
    for (const replica of replicas) stopReplica(replica);
    await cleanUpAll();
  });

  async function namesOfNext(requests: number): Promise<Set<string>> {
    const answers = await Promise.all(Array.from({ length: requests }, () => fetch(url)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    return new Set(await Promise.all(answers.map((answer) => answer.text())));
  }

  it('spreads requests over all replicas', async () => {
    expect([...(await namesOfNext(9))].sort()).toEqual(['one', 'three', 'two']);
  });

  it('says who asked, and which replica answered', async () => {
    const answer = await fetch(`${url}/headers`);
    expect(await answer.json()).toMatchObject({
      host: new URL(url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(answer.headers.get('x-served-by')).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('passes a 503 of a health endpoint on, with its body', async () => {
    const answer = await fetch(`${url}/health/background`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('degraded');
  });

  it('does without a replica that is gone, unnoticed by callers', async () => {
    stopReplica(replicas[0]!);
    expect([...(await namesOfNext(9))].sort()).toEqual(['three', 'two']);
  });
});

async function startReplica(name: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/headers') response.end(JSON.stringify(request.headers));
    else if (request.url === '/health/background') response.writeHead(503).end('degraded');
    else response.end(name);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

function stopReplica(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/**
 * Runs the configuration as it is, but for three things that only a container network has: its port, its DNS, and
 * (which Debian's nginx, older than the image's, does not know yet) "resolve" with one name for all replicas.
 */
async function startNginx(ports: readonly number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const conf = (await readSource('.docker/nginx.conf'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace(/^resolver .*$/m, '')
    .replace(/^.*server app:3000 resolve (.*)$/m, (_, options) =>
      ports.map((replica) => `server 127.0.0.1:${replica} ${String(options)}`).join('\n'),
    );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    join(folder, 'nginx.conf'),
    [
      'daemon off;',
      `pid ${folder}/pid;`,
      'error_log stderr warn;',
      'events {}',
      `http { access_log off; ${temporary.join(' ')}`,
      conf,
      '}',
    ].join('\n'),
  );
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
  const check = await startProcess(nginx!, ['-t', ...args]);
  expect({ ...(await check.exited), output: check.output }).toMatchObject({ code: 0 });
  const running = await startProcess(nginx!, args);
  void running.exited.then(() => rm(folder, { recursive: true, force: true }));
  const url = `http://127.0.0.1:${port}`;
  await until(() => fetch(url).then(({ ok }) => ok), { what: 'an answer through nginx' });
  return url;
}
