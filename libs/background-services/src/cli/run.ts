import {
  describeError,
  InvalidCommandError,
  KeyNotFoundError,
  ReplicaNotFoundError,
  StoreError,
  WorkerNotFoundError,
} from '../errors/index.js';
import { FleetControl, FleetStatus, type FleetKey, type FleetView } from '../fleet/index.js';
import type { Clock } from '../lease/index.js';
import { act } from './act.js';
import { type Invocation, readArguments, type Settings } from './arguments.js';
import { type ActName, type CommandName, isAct } from './commands.js';
import type { Connect, Connection } from './connect.js';
import { ExitCode } from './exit-code.js';
import { help, PROGRAM } from './help.js';
import { plainCell, plainJson } from '../logs/index.js';
import { auditLines, leaderLines, recordLine, statusLines, storeLines, troubles } from './report.js';
import type { TableOptions } from './table.js';
import { type Paint, paintFor, type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';
import { watch } from './watch.js';

/** All that the program has of the world. */
export interface World {
  /** What follows the program's name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly clock: Clock;
  readonly connect: Connect;
  /** Aborts when the program is to end: Ctrl-C, or nobody reads any more. */
  readonly signal: AbortSignal;
  readonly user: string;
  readonly host: string;
  readonly version: string;
}

/** Runs one command line to its end. Never rejects. */
export async function run(world: World): Promise<ExitCode> {
  try {
    const invocation = readArguments(world.args, world.environment, `${world.user}@${world.host}`);
    return await obey(invocation, world);
  } catch (error) {
    return complain(error, world);
  }
}

async function obey(invocation: Invocation, world: World): Promise<ExitCode> {
  switch (invocation.kind) {
    case 'version':
      world.stdout.write(`${world.version}\n`);
      return ExitCode.Fine;
    case 'help':
      world.stdout.write(help(invocation.command));
      return ExitCode.Fine;
    case 'command': {
      const { command, settings } = invocation;
      const connection = world.connect(settings.connection, isAct(command));
      try {
        return await new Session(world, settings, connection).perform(command);
      } finally {
        await connection.close();
      }
    }
  }
}

/** What is acted upon is not there: the command is understood, and refused. */
const NOT_FOUND = [WorkerNotFoundError, KeyNotFoundError, ReplicaNotFoundError];

function complain(error: unknown, { stderr }: World): ExitCode {
  const say = (text: string) => stderr.write(`${PROGRAM}: ${plainCell(text)}\n`);
  const { message } = describeError(error);
  if (error instanceof UsageError || error instanceof InvalidCommandError) {
    say(message);
    return ExitCode.Usage;
  }
  if (NOT_FOUND.some((type) => error instanceof type)) {
    say(`refused: ${message}`);
    if (error instanceof KeyNotFoundError) say('If no replica is up, name the key with --key as well.');
    return ExitCode.NotDone;
  }
  say(error instanceof StoreError ? message : `Redis could not be asked: ${message}`);
  return ExitCode.NoRedis;
}

/** One command on one connection. */
class Session {
  readonly #status: FleetStatus;
  readonly #control: FleetControl;
  readonly #paint: Paint;

  constructor(
    private readonly world: World,
    private readonly settings: Settings,
    private readonly connection: Connection,
  ) {
    const { clock, host } = world;
    const { board } = connection;
    const instanceId = `cli@${host}`;
    // An operator may be far away from the Redis.
    const patience = settings.connection.timeout;
    this.#status = new FleetStatus({ board, clock, instanceId, keys: () => settings.keys, patience });
    this.#control = new FleetControl({ board, clock, instanceId, status: this.#status });
    this.#paint = paintFor(world.stdout, world.environment);
  }

  async perform(command: CommandName): Promise<ExitCode> {
    if (command === 'watch') return this.#watch();
    await this.connection.ready();
    if (isAct(command)) return this.#act(command);
    switch (command) {
      case 'status':
        return this.#showStatus();
      case 'leaders':
        return this.#showLeaders();
      case 'stale':
        return this.#showStale();
      case 'audit':
        return this.#showAudit();
    }
  }

  async #watch(): Promise<ExitCode> {
    const { clock, stdout: terminal, signal } = this.world;
    const { address } = this.connection;
    const { json, interval } = this.settings;
    // The first picture waits for the connection; without one, it says so.
    await this.connection.ready().catch(() => undefined);
    await watch({
      status: this.#status,
      address,
      clock,
      terminal,
      paint: this.#paint,
      json,
      interval,
      signal,
    });
    return ExitCode.Fine;
  }

  async #showStatus(): Promise<ExitCode> {
    const { json, check } = this.settings;
    const view = await this.#status.viewAnew();
    const { warnings } = this.connection;
    if (json) this.#writeJson({ ...view, store: { warnings } });
    this.#assertCurrent(view);
    if (!json)
      this.#writeLines([...statusLines(view, this.#options), ...storeLines(warnings, this.#options)]);
    return check && troubles(view).length + warnings.length > 0 ? ExitCode.Warnings : ExitCode.Fine;
  }

  async #showLeaders(): Promise<ExitCode> {
    const view = await this.#status.viewAnew();
    this.#assertCurrent(view);
    const { keys: named } = this.settings;
    const keys = view.keys.filter(({ key }) => named.length === 0 || named.includes(key));
    return this.#showKeys(
      keys,
      view.asOf.getTime(),
      'No key is known: no replica is there. Name one with --key.',
    );
  }

  async #showStale(): Promise<ExitCode> {
    const keys = await this.#control.staleLeases();
    return this.#showKeys(keys, await this.connection.board.time(), 'No lease is stale.');
  }

  /** @param now of the store's clock: this machine's may be any. */
  #showKeys(keys: readonly FleetKey[], now: number, none: string): ExitCode {
    if (this.settings.json) this.#writeJson(keys);
    else if (keys.length === 0) this.#writeLines([none]);
    else this.#writeLines(leaderLines(keys, now, this.#options));
    return ExitCode.Fine;
  }

  async #showAudit(): Promise<ExitCode> {
    const records = await this.#control.audit(this.settings.limit);
    if (this.settings.json) this.#writeJson(records);
    else this.#writeLines(auditLines(records, await this.connection.board.time(), this.#options));
    return ExitCode.Fine;
  }

  async #act(name: ActName): Promise<ExitCode> {
    const record = await act(name, this.#control, this.settings);
    if (this.settings.json) this.#writeJson(record);
    else this.#writeLines([recordLine(record, this.#options)]);
    return record.outcome === 'done' ? ExitCode.Fine : ExitCode.NotDone;
  }

  #assertCurrent({ current, problem = '' }: FleetView): void {
    if (!current) throw new StoreError(`Redis at ${this.connection.address} does not answer: ${problem}`);
  }

  get #options(): TableOptions {
    const { isTTY, columns } = this.world.stdout;
    return { paint: this.#paint, columns: isTTY ? columns : undefined };
  }

  #writeLines(lines: readonly string[]): void {
    this.world.stdout.write(`${lines.join('\n')}\n`);
  }

  #writeJson(value: unknown): void {
    this.world.stdout.write(`${plainJson(value)}\n`);
  }
}
