import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCleanUp } from './deferred-cleanup.js';
import { ensureRedis } from './find-redis.js';
import { freePort } from './free-port.js';
import { startProcess, type StartedProcess } from './processes.js';
import { parseCommandStats, parseProcessorTime, type CommandStats } from './redis-info.js';
import type { ServerCertificate } from './tls-authority.js';
import { until } from './until.js';

export type { CommandStats } from './redis-info.js';

export interface RedisServerOptions {
  /** The path of another server that speaks its protocol. @default redis-server */
  readonly program?: string;
  /** @default a free port */
  readonly port?: number;
  /** Further arguments of redis-server, for example `['--maxmemory', '2mb']`; `['--appendonly', 'yes']` keeps the data over a restart. */
  readonly args?: readonly string[];
  /** Text of a configuration file: users, renamed commands, or what a sentinel needs, which writes there. @default none */
  readonly config?: string;
  /** It listens with TLS, and to nothing else. @default without TLS */
  readonly tls?: ServerCertificate;
}

/** A real redis-server on the loopback interface, without persistence, that ends with the test at the latest. */
export class RedisServer {
  private forget: () => void = () => {};

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly args: readonly string[],
    private listeningOn: number,
    private process: StartedProcess,
  ) {}

  /** Starts one and waits until it answers. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const program = options.program ?? (await ensureRedis());
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const args = [...(options.tls ? tlsArguments(options.tls) : []), ...(options.args ?? [])];
    await writeFile(configFile(folder), options.config ?? '');
    const attempts = options.port === undefined ? 3 : 1;
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await freePort());
      try {
        const process = await launch(program, folder, port, args);
        const server = new RedisServer(program, folder, args, port, process);
        server.forget = onCleanUp(() => server.stop());
        return server;
      } catch (error) {
        // Another process may have taken the port between our look and the server's.
        if (attempt < attempts) continue;
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    }
  }

  get port(): number {
    return this.listeningOn;
  }

  get url(): string {
    return `${this.hasTls ? 'rediss' : 'redis'}://127.0.0.1:${this.port}`;
  }

  private get hasTls(): boolean {
    return this.args.includes('--tls-cert-file');
  }

  get pid(): number {
    return this.process.pid;
  }

  /** The server stops answering, while its connections stay open. */
  freeze(): void {
    this.process.signal('SIGSTOP');
  }

  /** The end of {@link freeze}: it goes on where it was, and answers what was sent meanwhile. */
  thaw(): void {
    this.process.signal('SIGCONT');
  }

  /** The server is gone from one moment to the next, with its data. {@link restart} brings it back, empty. */
  async crash(): Promise<void> {
    await this.process.kill();
  }

  /** A crash, and an empty server on the same port. */
  async restart(): Promise<void> {
    await this.crash();
    this.process = await launch(this.program, this.folder, this.listeningOn, this.args);
  }

  /**
   * How often each command ran since the start or {@link resetCommandStats}. This very call is not in the numbers, but
   * it is in those of the next one.
   */
  async commandStats(): Promise<CommandStats> {
    return parseCommandStats(await ask(this.port, 'INFO commandstats'));
  }

  async resetCommandStats(): Promise<void> {
    await ask(this.port, 'CONFIG RESETSTAT');
  }

  /** Processor time of the server since its start, ms. */
  async processorTime(): Promise<number> {
    return parseProcessorTime(await ask(this.port, 'INFO cpu'));
  }

  async stop(): Promise<void> {
    this.forget();
    // There is nothing to save, and a frozen server would not hear a polite request.
    await this.process.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const SERVING = /Ready to accept connections|Sentinel ID is/;

function tlsArguments({ certFile, keyFile, caFile }: ServerCertificate): readonly string[] {
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile];
  return ['--port', '0', ...files, '--tls-auth-clients', 'no'];
}

function configFile(folder: string): string {
  return join(folder, 'redis.conf');
}

async function launch(
  program: string,
  folder: string,
  port: number,
  args: readonly string[],
): Promise<StartedProcess> {
  const process = await startProcess(program, [
    configFile(folder),
    ...[args.includes('--tls-cert-file') ? '--tls-port' : '--port', String(port)],
    ...['--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ...args,
  ]);
  try {
    // It says so itself: whether it answers to us is a matter of users, of TLS, and of the names of commands.
    await until(() => process.hasExited || SERVING.test(process.output), {
      what: `redis-server to listen on port ${port}`,
    });
    if (process.hasExited) throw new Error(`redis-server ended:\n${process.output}`);
  } catch (error) {
    await process.kill();
    throw error;
  }
  return process;
}

/** One command on a connection of its own: a client library would add commands that the statistics count. */
async function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.setEncoding('utf8').setTimeout(2_000);
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error(`No answer to ${command}`)));
    socket.on('data', (chunk: string) => {
      reply += chunk;
      const answer = completeReply(reply);
      if (answer === undefined) return;
      socket.destroy();
      resolve(answer);
    });
    socket.once('close', () => reject(new Error(`The connection closed before ${command} was answered`)));
  });
}

/** The text of a whole status or bulk reply (Redis serialization protocol); undefined while a part is missing. */
function completeReply(reply: string): string | undefined {
  const head = /^([+\-$])(.*)\r\n/.exec(reply);
  if (!head) return undefined;
  const [line, type, text] = head as unknown as [string, string, string];
  if (type !== '$') return type === '+' ? text : `(error) ${text}`;
  const length = Number(text);
  const body = reply.slice(line.length);
  return body.length >= length + 2 ? body.slice(0, length) : undefined;
}
