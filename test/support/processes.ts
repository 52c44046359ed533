import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onCleanUp } from './deferred-cleanup.js';
import { killWithParent } from './orphan-guard.js';

export { cleanUpAll, onCleanUp } from './deferred-cleanup.js';
export { freePort } from './free-port.js';
export { until } from './until.js';

export interface Line {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** When it arrived here, in milliseconds since the epoch. */
  readonly at: number;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** On top of this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The user to run as; only root may choose another one than itself. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Called with every line as it arrives. */
  readonly onLine?: (line: Line) => void;
  /** Whether the process may end with an uncaught error, or warn of leaking listeners. Otherwise {@link cleanUpAll} fails. */
  readonly mayFail?: boolean;
}

/** Node's last line when an uncaught error or an unhandled rejection ended it; and its warning of a leak. */
const FAULT = /^Node\.js v\d+\.\d+\.\d+|MaxListenersExceededWarning/;

type Waiter = () => void;

/**
 * A child process, line by line. It leads a process group of its own, so that what it starts itself ends with it, and
 * it never outlives the process that started it.
 */
export class StartedProcess {
  /** Settles when the process has ended and all it wrote has been read. */
  readonly exited: Promise<Exit>;
  /** All lines of stdout and stderr, in the order of their arrival. */
  readonly lines: readonly Line[];
  private readonly received: Line[] = [];
  private readonly waiters = new Set<Waiter>();
  private exit: Exit | undefined;

  constructor(
    private readonly child: ChildProcess & { readonly pid: number },
    private readonly command: string,
    private readonly onLine: (line: Line) => void = () => {},
    mayFail = false,
  ) {
    this.lines = this.received;
    this.read(child.stdout, 'stdout');
    this.read(child.stderr, 'stderr');
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.exit = { code, signal };
        this.wakeWaiters();
        resolve(this.exit);
      });
    });
    const forget = onCleanUp(async () => {
      await this.kill();
      if (!mayFail && this.fault) throw this.fault;
    });
    void this.exited.then(() => {
      if (mayFail || !this.fault) forget();
    });
  }

  get pid(): number {
    return this.child.pid;
  }

  get hasExited(): boolean {
    return this.exit !== undefined;
  }

  /** All output so far as one text. */
  get output(): string {
    return this.received.map(({ text }) => text).join('\n');
  }

  /**
   * The first line that matches, already written or still to come.
   *
   * @throws Error with the latest output when the time is over, or when the process ends without such a line.
   */
  async waitForLine(pattern: RegExp, timeout = 10_000): Promise<RegExpExecArray> {
    // A global pattern would remember where its last match ended.
    const expression = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
      this.wakeWaiters();
    }, timeout);
    try {
      for (let next = 0; ;) {
        for (; next < this.received.length; next += 1) {
          const match = expression.exec(this.received[next]!.text);
          if (match) return match;
        }
        if (this.exit) throw this.missing(pattern, `it ended with ${describe(this.exit)}`);
        if (late.signal.aborted) throw this.missing(pattern, `none came in ${timeout} ms`);
        await new Promise<void>((wake) => this.waiters.add(wake));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal to the process itself (not to its children). False if it had already ended. */
  signal(name: NodeJS.Signals): boolean {
    return !this.exit && this.child.kill(name);
  }

  /** Asks it to end, insists after `timeout` milliseconds, and says how it went. */
  async stop(name: NodeJS.Signals = 'SIGTERM', timeout = 10_000): Promise<Exit> {
    this.signal(name);
    const insist = setTimeout(() => this.killGroup(), timeout);
    const exit = await this.exited;
    clearTimeout(insist);
    return exit;
  }

  /** Ends it and its children at once. */
  async kill(): Promise<Exit> {
    this.killGroup();
    return this.exited;
  }

  private killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The group is already gone.
    }
  }

  private read(stream: Readable | null, name: Line['stream']): void {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (text) => {
      const line: Line = { stream: name, text, at: Date.now() };
      this.received.push(line);
      this.onLine(line);
      this.wakeWaiters();
    });
  }

  private wakeWaiters(): void {
    for (const wake of this.waiters) wake();
    this.waiters.clear();
  }

  /** What no process of a test may do unless the test says so. */
  private get fault(): Error | undefined {
    const line = this.received.find(({ stream, text }) => stream === 'stderr' && FAULT.test(text));
    return line && this.failure(`"${this.command}" failed on its own, see "${line.text}"`);
  }

  private missing(pattern: RegExp, why: string): Error {
    return this.failure(`No line of "${this.command}" matches ${String(pattern)}: ${why}.`);
  }

  private failure(what: string): Error {
    const tail = this.received.slice(-30).map(({ text }) => `  | ${text}`);
    return new Error([what, ...tail].join('\n'));
  }
}

/** Starts a program (no shell in between), reads its output, and ends it with the test at the latest. */
export async function startProcess(
  command: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<StartedProcess> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...options.user,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', reject);
  });
  killWithParent(child);
  return new StartedProcess(
    child as ChildProcess & { readonly pid: number },
    [command, ...args].join(' '),
    options.onLine,
    options.mayFail,
  );
}

function describe({ code, signal }: Exit): string {
  return signal ? `signal ${signal}` : `code ${code}`;
}
