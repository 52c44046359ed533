import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../../support/deployment.js';
import { type Exit, startProcess, type StartedProcess } from '../../support/processes.js';

/** What GET /ticker/status tells, as far as the tests look. */
export interface TickerStatus {
  readonly streaming: boolean;
  readonly leader: string | null;
  readonly plan: readonly { readonly account: string; readonly contracts: number }[];
  readonly stream: { readonly ticks: number };
  readonly publisher: {
    readonly state: string;
    readonly published: number;
    readonly openings: number;
    readonly dropped: { readonly failed: number; readonly open: number; readonly crowded: number };
  };
  readonly history: readonly {
    readonly account: string;
    readonly doneDays: number;
    readonly completedAt: string | null;
  }[];
}

const API_KEY = 'secret';

/** One process of the host app. */
export class Host {
  private constructor(
    readonly name: string,
    private readonly process: StartedProcess,
    private readonly url: string,
  ) {}

  static async start(name: string, env: Readonly<Record<string, string>>): Promise<Host> {
    // Away from the repository: a developer's .env has no part in the test.
    const cwd = await mkdtemp(join(tmpdir(), 'ticker-'));
    const started = await startProcess(process.execPath, [join(repository, 'dist/main.js')], {
      cwd,
      env: { PORT: '0', INSTANCE_ID: name, API_KEY, NO_COLOR: '1', MARKET_HOURS: 'always', ...env },
    });
    const [, port] = await started.waitForLine(/http:\/\/localhost:(\d+)\/health\/background/, 60_000);
    return new Host(name, started, `http://127.0.0.1:${port}`);
  }

  async status(): Promise<TickerStatus> {
    const answer = await fetch(`${this.url}/ticker/status`, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()) as TickerStatus;
  }

  async reload(query: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`${this.url}/ticker/reload?${query}`, {
      method: 'POST',
      headers: { 'x-api-key': API_KEY },
      signal: AbortSignal.timeout(5_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  kill(): Promise<Exit> {
    return this.process.kill();
  }
}
