import { join } from 'node:path';
import { repository } from '../support/deployment.js';
import { startProcess, type StartedProcess } from '../support/processes.js';
import { until } from '../support/until.js';
import { type Iteration, iterationOf } from './iterations.js';

/** How long a host may take to boot, and to end beyond its own time limits, on a busy machine, ms. */
const PATIENCE = 60_000;

/** The place of a replica: its port, and one process of the built host after the other. */
export class Replica {
  /** What the workers did here, in all processes. */
  readonly iterations: Iteration[] = [];
  private process: StartedProcess | undefined;
  private generation = 0;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Starts a process here, and waits until it takes requests. */
  async start(): Promise<void> {
    this.generation += 1;
    this.process = await startProcess(process.execPath, [join(repository, 'dist/main.js')], {
      // Away from the repository: a developer's .env has no part in this.
      cwd: this.folder,
      env: {
        ...this.environment,
        PORT: String(this.port),
        INSTANCE_ID: `${this.name}${this.generation}`,
        NO_COLOR: '1',
      },
      onLine: ({ text }) => {
        const iteration = iterationOf(text);
        if (iteration) this.iterations.push(iteration);
      },
    });
    const isReady = async () => this.process!.hasExited || (await this.ask('/health/ready')).ok;
    await until(isReady, { what: `replica ${this.name} to be ready`, timeout: PATIENCE });
    if (this.process.hasExited) throw new Error(`Replica ${this.name} ended:\n${this.process.output}`);
  }

  /** Asks this very replica. The connection is closed at once: it is not one that a shutdown should have to wait for. */
  ask(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { headers: { connection: 'close' } });
  }

  /** SIGTERM, as every orchestrator sends it. @throws Error if it did not end by itself. */
  async stop(): Promise<void> {
    const { code, signal } = await this.process!.stop('SIGTERM', PATIENCE);
    if (signal !== 'SIGTERM' && code !== 0)
      throw new Error(
        `Replica ${this.name} ended with ${signal ?? `code ${code}`}:\n${this.process!.output}`,
      );
  }
}
