import { join } from 'node:path';
import { copyEmptyDatabase } from '../support/database-template.js';
import { repository } from '../support/deployment.js';
import { startProcess, type Exit, type StartedProcess } from '../support/processes.js';
import { messageOf, Voice } from './output.js';

/** The worker that the demo looks at: it values accounts, once every {@link interval} milliseconds in the whole fleet. */
export const worker = 'intraday-portfolio';
export const interval = 1_000;
/** How long a dead leader blocks its successor at most, in milliseconds. */
export const leaseTtl = 3_000;

/** What /health/background tells of a worker, as far as the demo needs it. */
export interface WorkerHealth {
  readonly role: string;
  readonly key: string;
  readonly iterations: number;
  readonly lastStartAt: string | null;
}

/** One host process, with what it says in a colour of its own. */
export class Replica {
  private constructor(
    readonly name: string,
    private readonly process: StartedProcess,
    readonly url: string,
    readonly voice: Voice,
  ) {}

  static async start(name: string, index: number, redisUrl: string, folder: string): Promise<Replica> {
    const voice = Voice.ofReplica(name, index);
    const databaseUrl = process.env['DATABASE_URL'];
    const dataDir = join(folder, name);
    if (!databaseUrl) await copyEmptyDatabase(dataDir);
    const started = await startProcess(process.execPath, [join(repository, 'dist/main.js')], {
      // Away from the repository: a developer's .env has no part in the demo.
      cwd: folder,
      env: {
        PORT: '0',
        INSTANCE_ID: name,
        REDIS_URL: redisUrl,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        API_KEY: 'demo',
        LEASE_TTL: String(leaseTtl),
        INTRADAY_INTERVAL: String(interval),
        MARKET_HOURS: 'always',
        NO_COLOR: '1',
      },
      onLine: (line) => {
        const message = messageOf(line);
        if (message && !message.text.startsWith('Open http')) voice.say(message.text, message.urgent);
      },
    });
    const [, port] = await started.waitForLine(/http:\/\/localhost:(\d+)\/health\/background/, 60_000);
    return new Replica(name, started, `http://localhost:${port}`, voice);
  }

  get isAlive(): boolean {
    return !this.process.hasExited;
  }

  /** Undefined when there is no answer. */
  async health(): Promise<WorkerHealth | undefined> {
    try {
      // A 503 has a body, too.
      const answer = await fetch(`${this.url}/health/background`, { signal: AbortSignal.timeout(1_000) });
      const { details } = (await answer.json()) as {
        details: Record<string, { workers?: Record<string, WorkerHealth> }>;
      };
      return Object.values(details)
        .map(({ workers }) => workers?.[worker])
        .find((found) => found !== undefined);
    } catch {
      return undefined;
    }
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  stop(): Promise<Exit> {
    return this.process.stop();
  }
}
