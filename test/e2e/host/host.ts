import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobBody } from 'nestjs-background-jobs';
import { copyEmptyDatabase } from '../../support/database-template.js';
import { repository } from '../../support/deployment.js';
import { type Exit, onCleanUp, type StartedProcess, startProcess } from '../../support/processes.js';
import { until } from '../../support/until.js';

const API_KEY = 'secret';

export interface HostSettings {
  /** Where it keeps what it keeps. @default an empty folder of its own */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A folder with all that a host keeps, which outlives its process. */
export async function makeFolder(): Promise<string> {
  const folder = await makeEmptyFolder();
  await copyEmptyDatabase(join(folder, '.data/pglite'));
  return folder;
}

async function makeEmptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'host-'));
  onCleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The host app as it is shipped, in a process of its own. */
export class Host {
  private constructor(
    readonly process: StartedProcess,
    readonly url: string,
  ) {}

  static async start({ folder, env = {} }: HostSettings = {}): Promise<Host> {
    const started = await startProcess(process.execPath, [join(repository, 'dist/main.js')], {
      // Away from the repository: a developer's .env has no part in the test.
      cwd: folder ?? (await makeEmptyFolder()),
      env: { PORT: '0', API_KEY, OPTIONS_DELAY: '0', NO_COLOR: '1', ...env },
    });
    const [, port] = await started.waitForLine(/http:\/\/localhost:(\d+)\/health\/background/, 60_000);
    return new Host(started, `http://127.0.0.1:${port}`);
  }

  async ask<Body = JobBody>(
    path: string,
    {
      method,
      key = API_KEY,
      body,
      headers,
    }: { method?: string; key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const answer = await fetch(new URL(path, this.url), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  }

  /** Polls a job, as a client does that knows no better. */
  async waitFor(job: JobBody, what: string, satisfies: (job: JobBody) => boolean): Promise<JobBody> {
    return until(async () => (await this.ask(`/jobs/${job.id}`)).body, { what, satisfies, timeout: 20_000 });
  }

  waitForEnd(job: JobBody): Promise<JobBody> {
    const over = ['completed', 'failed', 'cancelled'];
    return this.waitFor(job, 'the end of the job', ({ status }) => over.includes(status));
  }

  kill(): Promise<Exit> {
    return this.process.kill();
  }
}
