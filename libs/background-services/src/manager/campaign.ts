import type { Clock, Ledger } from '../lease/index.js';
import type { Elections, Elector } from '../leadership/index.js';
import { pauseField, Runner, type Worker } from '../workers/index.js';

/** A term that goes on here. Times are of the store's clock, ms since the epoch. */
export interface CurrentTerm {
  readonly key: string;
  readonly token: number;
  readonly since: number;
}

/** The workers of one key with the election they depend on. */
export class Campaign {
  readonly elector: Elector;
  readonly #runner: Runner;

  /** @param onTermChange called when a term has begun or ended */
  constructor(
    readonly key: string,
    elections: Elections,
    clock: Clock,
    onTermChange: () => void,
  ) {
    this.#runner = new Runner(clock, onTermChange);
    this.elector = elections.open(key, this.#runner);
  }

  get workers(): readonly Worker[] {
    return this.#runner.workers;
  }

  get term(): CurrentTerm | undefined {
    const { ledger, began } = this.#runner;
    return ledger && { key: this.key, token: ledger.term.fencingToken, since: began };
  }

  /** The store's time as of now, ms since the epoch; `undefined`: this replica does not lead the key, and cannot know. */
  get storeNow(): number | undefined {
    return this.#runner.ledger?.term.storeNow();
  }

  add(worker: Worker): void {
    this.#runner.add(worker);
  }

  /** Campaigns while at least one worker is started, and leaves when the last one is stopped. */
  async reconsider(): Promise<void> {
    if (this.workers.some(({ mode }) => mode !== 'stopped')) this.elector.start();
    else await this.elector.stop();
  }

  /** Ends a drain that is going on, as if its time were up. */
  cutShort(): void {
    this.#runner.cutShort();
  }

  /** The entries of the key's ledger under which operators pause its workers. */
  get pauseFields(): readonly string[] {
    return this.workers.map(({ name }) => pauseField(name));
  }

  /**
   * Takes the pause flags over as operators left them in the store, if a term goes on here.
   * @param fields those of `pauseFields` that were read
   */
  takePauseFlags(fields: readonly string[], ledger: Ledger): void {
    const { ledger: own } = this.#runner;
    if (!own) return;
    const paused = new Set(this.workers.filter(({ hasPauseFlag }) => hasPauseFlag));
    for (const field of fields) own.overwrite(field, ledger[field] ?? null);
    for (const worker of this.workers) if (worker.hasPauseFlag !== paused.has(worker)) worker.tellPauseFlag();
  }
}
