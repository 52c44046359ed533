import type { Clock, Ledger } from '../lease/index.js';
import type { Duties, RecordEntry, Term } from '../leadership/index.js';
import { LeadershipLostError } from '../errors/index.js';
import { decodeTerms, TERMS_FIELD, withTerm } from './term-history.js';
import { TermLedger } from './term-ledger.js';
import type { Worker } from './worker.js';

/** All workers of one key: what this replica does while it holds that lease. */
export class Runner implements Duties {
  readonly #workers = new Map<string, Worker>();
  #ledger: TermLedger | undefined;
  #began = 0;
  #cutShort: () => void = () => undefined;

  /** @param onTermChange called when a term has begun or ended */
  constructor(
    private readonly clock: Clock,
    private readonly onTermChange: () => void = () => undefined,
  ) {}

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
    this.#began = term.storeNow();
    this.#writeHistory(ledger);
    // One listener for all workers: the abort reaches every one of them before `abort()` returns.
    term.signal.addEventListener('abort', () => this.#end(term.signal.reason), { once: true });
    for (const worker of this.#workers.values()) worker.begin(term, ledger);
    this.onTermChange();
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

  /** When the last term began, of the store's clock, ms since the epoch. */
  get began(): number {
    return this.#began;
  }

  /** The ledger of the term that goes on, if one does. */
  get ledger(): TermLedger | undefined {
    return this.#ledger?.term.isLive() ? this.#ledger : undefined;
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
    if (this.#ledger && reason instanceof LeadershipLostError) this.#writeHistory(this.#ledger, reason);
    this.onTermChange();
  }

  /** Puts the term into the history that its key's ledger keeps. */
  #writeHistory(ledger: TermLedger, ended?: LeadershipLostError): void {
    const { holder, fencingToken: token } = ledger.term;
    const history = withTerm(decodeTerms(ledger.get(TERMS_FIELD)), {
      holder,
      token,
      from: Math.round(this.#began),
      to: ended ? Math.round(ledger.term.storeNow()) : null,
      reason: ended?.reason ?? null,
    });
    ledger.put(TERMS_FIELD, JSON.stringify(history));
  }
}
