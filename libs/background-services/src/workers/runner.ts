import type { Clock, Ledger } from '../lease/index.js';
import type { Duties, RecordEntry, Term } from '../leadership/index.js';
import { TermLedger } from './term-ledger.js';
import type { Worker } from './worker.js';

/** All workers of one key: what this replica does while it holds that lease. */
export class Runner implements Duties {
  readonly #workers = new Map<string, Worker>();
  #ledger: TermLedger | undefined;
  #cutShort: () => void = () => undefined;

  constructor(private readonly clock: Clock) {}

  get workers(): readonly Worker[] {
    return [...this.#workers.values()];
  }

  add(worker: Worker): void {
    this.#workers.set(worker.name, worker);
    if (this.#ledger?.term.isLive()) worker.begin(this.#ledger.term, this.#ledger);
  }

  begin(term: Term, entries: Ledger, record: RecordEntry): void {
    const ledger = new TermLedger(term, entries, record);
    this.#ledger = ledger;
    // One listener for all workers: the abort reaches every one of them before `abort()` returns.
    term.signal.addEventListener('abort', () => this.#end(term.signal.reason), { once: true });
    for (const worker of this.#workers.values()) worker.begin(term, ledger);
  }

  async drain(term: Term, timeout: number): Promise<readonly string[]> {
    const waitingFor = new Set(this.#workers.values());
    const drained = Promise.all(
      [...waitingFor].map(async (worker) => {
        await worker.drained();
        waitingFor.delete(worker);
      }),
    );
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimeout(resolve, timeout);
      this.#cutShort = resolve;
      void drained.then(() => {
        timer.cancel();
        resolve();
      });
    });
    this.#cutShort = () => undefined;
    // What the workers have to say to their successors is put down before they forget the term; the release takes it along.
    this.#contribute();
    for (const worker of this.#workers.values()) worker.dismiss(term);
    return [...waitingFor].map(({ name }) => name);
  }

  /** Ends a drain that is going on, as if its time were up. */
  cutShort(): void {
    this.#cutShort();
  }

  unsavedEntries(): Ledger {
    this.#contribute();
    return this.#ledger?.unsaved() ?? {};
  }

  markSaved(entries: Ledger): void {
    this.#ledger?.markSaved(entries);
  }

  #contribute(): void {
    for (const worker of this.#workers.values()) worker.contribute();
  }

  #end(reason: unknown): void {
    for (const worker of this.#workers.values()) worker.end(reason);
  }
}
