import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSource } from './deployment.js';
import { ensureNginx } from './find-nginx.js';
import { freePort } from './free-port.js';
import { startProcess, type StartedProcess } from './processes.js';
import { until } from './until.js';

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A real nginx on the loopback interface with `.docker/nginx.conf`. It ends with the test at the latest. */
export class NginxServer {
  private constructor(
    readonly url: string,
    private readonly process: StartedProcess,
    private readonly folder: string,
  ) {}

  /**
   * Starts one in front of replicas that listen on these ports, and waits until it answers.
   *
   * The configuration is used as it is, but for three things that only a container network has: its port, its DNS, and (which Debian's
   * nginx, older than the image's, does not know yet) "resolve" with one name for all replicas.
   *
   * @throws Error with nginx's own words if the configuration is not valid.
   */
  static async start(replicas: readonly number[], program?: string): Promise<NginxServer> {
    const nginx = program ?? (await ensureNginx());
    const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
    const port = await freePort();
    await writeFile(join(folder, 'nginx.conf'), await configuration(folder, port, replicas));
    const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
    const check = await startProcess(nginx, ['-t', ...args]);
    if ((await check.exited).code !== 0)
      throw new Error(`nginx refuses .docker/nginx.conf:\n${check.output}`);
    const process = await startProcess(nginx, args);
    const server = new NginxServer(`http://127.0.0.1:${port}`, process, folder);
    await until(() => fetch(server.url).then(({ ok, status }) => ok || status === 404), {
      what: 'an answer through nginx',
    });
    return server;
  }

  /** What nginx has said: errors and warnings only. */
  get output(): string {
    return this.process.output;
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function configuration(folder: string, port: number, replicas: readonly number[]): Promise<string> {
  const site = (await readSource('.docker/nginx.conf'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace(/^resolver .*$/m, '')
    .replace(/^.*server app:3000 resolve (.*)$/m, (_, options) =>
      replicas.map((replica) => `server 127.0.0.1:${replica} ${String(options)}`).join('\n'),
    );
  const paths = TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`);
  return [
    'daemon off;',
    `pid ${folder}/pid;`,
    'error_log stderr warn;',
    'events {}',
    `http { access_log off; ${paths.join(' ')}`,
    site,
    '}',
  ].join('\n');
}
