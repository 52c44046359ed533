import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { validateEnvironment } from '../../../src/config/environment.js';
import { readCompose, readSource } from '../../support/deployment.js';
import { ensureNginx } from '../../support/find-nginx.js';
import { NginxServer } from '../../support/nginx-server.js';
import { cleanUpAll } from '../../support/processes.js';

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

  it('closes an idle connection to a replica before the replica does', async () => {
    const conf = await readSource('.docker/nginx.conf');
    const idle = Number(/^\s*keepalive_timeout (\d+)s;/m.exec(conf)?.[1]) * 1_000;
    const app = (await readCompose()).services['app']!.environment!;
    const { KEEP_ALIVE_TIMEOUT, HTTP_DRAIN } = validateEnvironment({ HTTP_DRAIN: String(app['HTTP_DRAIN']) });
    expect(idle).toBeGreaterThan(0);
    expect(Math.min(KEEP_ALIVE_TIMEOUT, HTTP_DRAIN)).toBeGreaterThan(idle + 1_000);
  });
});

describeWithNginx('.docker/nginx.conf in a real nginx (needs nginx)', () => {
  let replicas: Server[];
  let server: NginxServer;
  let url: string;

  beforeAll(async () => {
    replicas = await Promise.all(['one', 'two', 'three'].map(startReplica));
    const ports = replicas.map((replica) => (replica.address() as AddressInfo).port);
    server = await NginxServer.start(ports, nginx);
    ({ url } = server);
  });
  afterAll(async () => {
    for (const replica of replicas) stopReplica(replica);
    await server.stop();
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
