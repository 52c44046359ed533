import { inBackground, onAbort } from '../kit/index.js';
import type { Clock, Ledger } from '../lease/index.js';
import type { Duties, Predecessor, RecordEntry, Term } from '../leadership/index.js';
import { LeadershipLostError } from '../errors/index.js';
import { adoptRenamed, fieldsOf } from './renamed-worker.js';
import { decodeTerms, TERMS_FIELD, type TermRecord, withLastSign, withTerm } from './term-history.js';
import { TermLedger } from './term-ledger.js';
import type { Worker } from './worker.js';

/** What has moved within the time that a deployment takes has moved for it, ms. */
export const LATELY = 300_000;

/** All workers of one key: what this replica does while it holds that lease. */
export class Runner implements Duties {
  readonly #workers: Worker[] = [];
  #ledger: TermLedger | undefined;
  #began = 0;
  #recentTerms = 0;
  /** While a drain goes on. */
  #cutShort: (() => void) | undefined;

  /** @param onTermChange called when a term has begun or ended */
  constructor(
    private readonly clock: Clock,
    private readonly onTermChange: () => void = () => undefined,
  ) {}

  get workers(): readonly Worker[] {
    return this.#workers;
  }

  add(worker: Worker): void {
    this.#workers.push(worker);
    if (this.#ledger?.term.isLive()) worker.begin(this.#ledger);
  }

  begin(term: Term, entries: Ledger, record: RecordEntry, before?: Predecessor): void {
    const ledger = new TermLedger(term, entries, record);
    this.#ledger = ledger;
    this.#began = term.storeNow();
    const history = this.#historyBefore(ledger, before);
    this.#recentTerms = 1 + history.filter(({ from }) => this.#began - from < LATELY).length;
    this.#writeHistory(ledger, history);
    this.#adoptRenamed(ledger);
    try {
      for (const worker of this.#workers) worker.begin(ledger);
    } finally {
      // One listener for all workers: the abort reaches every one of them before `abort()` returns. If the term ended while they began, it
      // reaches them now. If one could not begin, those that did must hear of it all the same.
      onAbort(term.signal, () => this.#end(term.signal.reason));
    }
    this.onTermChange();
  }

  async drain(term: Term, timeout: number): Promise<readonly string[]> {
    const waitingFor = new Set(this.#workers);
    const drained = Promise.all(
      [...waitingFor].map(async (worker) => {
        await worker.drained();
        waitingFor.delete(worker);
      }),
    );
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimeout(resolve, timeout);
      this.#cutShort = resolve;
      inBackground(
        drained.then(() => {
          timer.cancel();
          resolve();
        }),
      );
    });
    this.#cutShort = undefined;
    // What the workers have to say to their successors is put down before they forget the term; the release takes it along.
    this.#contribute();
    for (const worker of this.#workers) worker.dismiss(term);
    return [...waitingFor].map(({ name }) => name);
  }

  /** Those of shards are bounded, so that nobody reads the ledger of thousands for one. Elsewhere a worker may look for its former name. */
  get ledgerFields(): readonly string[] | undefined {
    if (!this.#workers[0]?.definition.shard) return undefined;
    return [TERMS_FIELD, ...this.#workers.flatMap(({ name }) => fieldsOf(name))];
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
    this.#cutShort?.();
  }

  /** What goes on for the whole term is meant to be handed over. */
  get isBusy(): boolean {
    return this.#workers.some(
      ({ runningFor, definition }) => runningFor !== undefined && definition.schedule.kind !== 'continuous',
    );
  }

  get recentTerms(): number {
    return this.#recentTerms;
  }

  unsavedEntries(): Ledger {
    this.#contribute();
    return this.#ledger?.unsaved() ?? {};
  }

  markSaved(entries: Ledger): void {
    this.#ledger?.markSaved(entries);
  }

  #adoptRenamed(ledger: TermLedger): void {
    const [only, ...others] = this.#workers;
    if (!only || others.length > 0 || only.definition.shard) return;
    const former = adoptRenamed(ledger, only.definition);
    if (former !== undefined)
      only.reporter.log.log(`Goes on with what ${former} left: its class has another name now`);
  }

  #contribute(): void {
    for (const worker of this.#workers) worker.contribute();
  }

  #end(reason: unknown): void {
    for (const worker of this.#workers) worker.end(reason);
    const ledger = this.#ledger;
    if (ledger && reason instanceof LeadershipLostError)
      this.#writeHistory(ledger, decodeTerms(ledger.get(TERMS_FIELD)), reason);
    this.onTermChange();
  }

  /** Puts the term into the history that its key's ledger keeps. */
  #writeHistory(ledger: TermLedger, history: readonly TermRecord[], ended?: LeadershipLostError): void {
    const { holder, fencingToken: token } = ledger.term;
    const term = {
      ...{ holder, token, from: Math.round(this.#began) },
      to: ended ? Math.round(ledger.term.storeNow()) : null,
      reason: ended?.reason ?? null,
    };
    ledger.put(TERMS_FIELD, JSON.stringify(withTerm(history, term)));
  }

  /** The terms before this one. What is known of a leader that was killed is put down now: this term's records take the place of its own. */
  #historyBefore(ledger: TermLedger, before: Predecessor | undefined): readonly TermRecord[] {
    const entries = { fields: ledger.fields(), get: (field: string) => ledger.get(field) };
    const heard = new Map(before && [[before.holder, before.heardAt]]);
    return withLastSign(decodeTerms(ledger.get(TERMS_FIELD)), entries, this.#began, heard);
  }
}
