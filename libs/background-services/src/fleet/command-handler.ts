import { describeError } from '../errors/index.js';
import { type Clock, type FleetBoard, COMMAND_MEMORY } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Replica } from '../manager/index.js';
import {
  COMMAND_TTL,
  type ControlRecord,
  decodeLeaderCommand,
  isReplicaAction,
  type LeaderCommand,
} from './control-command.js';
import { FlagNews } from './flag-news.js';
import { FlagSweep } from './flag-sweep.js';
import { Pace } from './pace.js';
import { type Outcome, perform, TOO_OLD } from './perform-command.js';
import { takeFlags } from './take-flags.js';

export interface CommandHandlerContext {
  readonly board: FleetBoard;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly logger: LineLogger;
  /** Told of every command that was carried out here. */
  readonly onRecord?: (record: ControlRecord) => void;
}

/**
 * Carries out on this replica what operators ask of the leader of a key, and takes over the flags that they set. It looks when the board says that
 * something changed, or when the revision that comes with its own presence is another one. The keys that operators named come first; a look at
 * all keys goes on behind, in parts, and waits whenever there is news. One look reads flags at a time: what it read last is what counts.
 */
export class CommandHandler {
  readonly #unwatch: () => void;
  #revision: number | undefined;
  #looking: Promise<void> | undefined;
  readonly #carrying = new Set<Promise<void>>();
  readonly #news: FlagNews;
  readonly #sweep: FlagSweep;
  #hasNews = false;
  #closed = false;

  constructor(private readonly context: CommandHandlerContext) {
    const { board, replica, clock } = context;
    this.#news = new FlagNews(board, replica, clock);
    this.#sweep = new FlagSweep(board, replica);
    this.#unwatch = board.watch(() => this.#look());
  }

  onRevision(revision: number): void {
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    await this.#looking;
    await Promise.all(this.#carrying);
  }

  /** One look at a time; what happens meanwhile is looked at next. */
  #look(): void {
    if (this.#closed) return;
    this.#hasNews = true;
    this.#looking ??= this.#work()
      .catch((error: unknown) => {
        // The next presence brings the revision again, as news.
        this.#revision = undefined;
        this.#news.forget();
        this.#complain('Commands could not be read', error);
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#hasNews) this.#look();
      });
  }

  async #work(): Promise<void> {
    const pace = new Pace(this.context.clock);
    while (!this.#closed && (this.#hasNews || !this.#sweep.isOver)) {
      if (this.#hasNews) {
        this.#hasNews = false;
        await this.#apply(pace);
      } else await this.#sweep.part(pace);
    }
  }

  async #apply(pace: Pace): Promise<void> {
    const { board, replica } = this.context;
    const { keys, mayBeAny } = await this.#news.read();
    if (mayBeAny) this.#sweep.begin();
    await takeFlags(board, replica, keys, pace);
    const commands = await board.commands();
    if (commands.size === 0) return;
    const now = await board.time();
    const read = [...commands].map(([id, text]) => ({ id, command: decodeLeaderCommand(id, text) }));
    for (const { id, command } of read.sort(byTime)) {
      await pace.spend(1);
      await this.#consider(id, command, now);
    }
  }

  /** Whoever it is for judges a command: the leader of its key, or a replica, by the store's clock. What nobody led for long is thrown away by whoever sees it. */
  async #consider(id: string, command: LeaderCommand | undefined, now: number): Promise<void> {
    const { board, replica } = this.context;
    const age = command ? Math.abs(now - command.at) : Infinity;
    if (command && this.#isForHere(command)) {
      if (await board.claimCommand(id))
        this.#carryOut(command, () =>
          age > 2 * COMMAND_TTL ? Promise.resolve(TOO_OLD) : perform(command, replica),
        );
    } else if (age > COMMAND_MEMORY) await board.claimCommand(id);
  }

  #isForHere({ action, key }: LeaderCommand): boolean {
    const { replica } = this.context;
    return isReplicaAction(action) ? key === replica.instanceId : replica.termOf(key) !== undefined;
  }

  /** Nobody waits for it here: work that drains for long holds up no command for another key. */
  #carryOut(command: LeaderCommand, perform: () => Promise<Outcome>): void {
    const carrying = perform()
      .then((outcome) => this.#tell(command, outcome))
      .catch((error: unknown) => this.#complain('What became of a command could not be told', error))
      .finally(() => this.#carrying.delete(carrying));
    this.#carrying.add(carrying);
  }

  async #tell({ id, action, target, by, why }: LeaderCommand, { outcome, detail }: Outcome): Promise<void> {
    const { board, replica, onRecord } = this.context;
    const record: ControlRecord = {
      ...{ id, action, target, by, why, outcome, detail },
      at: new Date(await board.time()),
      replica: replica.instanceId,
    };
    onRecord?.(record);
    const text = JSON.stringify(record);
    await board.answerCommand(id, text);
    await board.announce(text);
  }

  #complain(what: string, error: unknown): void {
    this.context.logger.debug(`${what}: ${describeError(error).message}`);
  }
}

/** In the order in which they were asked for; what is no command first. */
function byTime(a: { readonly command?: LeaderCommand }, b: { readonly command?: LeaderCommand }): number {
  return (a.command?.at ?? 0) - (b.command?.at ?? 0);
}
