import type { Ledger } from '../../../libs/background-services/src/lease/index.js';
import type { Duties, Term } from '../../../libs/background-services/src/leadership/index.js';
import { tokenText } from '../engine/history.js';
import type { Process } from './process.js';
import type { Surroundings } from './surroundings.js';

/** The runner of one key, with a witness beside it, and able to throw where it must not. */
export class ObservedDuties implements Duties {
  /** What throws when it is called next. */
  hostile: 'begin' | 'drain' | 'save' | undefined;

  readonly #tokens = new WeakMap<Term, number>();

  constructor(
    private readonly duties: Duties,
    private readonly replica: Process,
    private readonly world: Surroundings,
  ) {}

  begin(...of: Parameters<Duties['begin']>): void {
    const [term] = of;
    const { key, fencingToken: token } = term;
    const { replica, world } = this;
    this.#tokens.set(term, token);
    world.history.note(replica.name, () => `LEADS ${key} under ${tokenText(token)}`);
    world.terms.begun(replica, key, token);
    // Before the workers hear of it: the gate is closed already.
    term.signal.addEventListener(
      'abort',
      () => {
        world.history.note(replica.name, () => `ABORTS ${key} ${tokenText(token)} (${reasonOf(term)})`);
        world.terms.aborted(replica, key, token, term.isLive());
      },
      { once: true },
    );
    this.duties.begin(...of);
    this.#throwIfHostile('begin');
  }

  async drain(term: Term, timeout: number): Promise<readonly string[]> {
    const { key } = term;
    const { replica, world } = this;
    const token = this.#tokenOf(term);
    world.terms.draining(replica, key, token);
    const undrained = await this.duties.drain(term, timeout);
    const names = this.hostile === 'drain' ? ['(threw)'] : undrained;
    world.history.note(
      replica.name,
      () => `drained ${key} ${tokenText(token)}: ${names.join(', ') || 'all'}`,
    );
    if (replica.isAlive) world.terms.drained(replica, key, token, names);
    this.#throwIfHostile('drain');
    return undrained;
  }

  get isBusy(): boolean {
    return this.duties.isBusy ?? false;
  }

  get recentTerms(): number {
    return this.duties.recentTerms ?? 0;
  }

  get ledgerFields(): readonly string[] | undefined {
    return this.duties.ledgerFields;
  }

  unsavedEntries(): Ledger {
    this.#throwIfHostile('save');
    return this.duties.unsavedEntries();
  }

  markSaved(entries: Ledger): void {
    this.duties.markSaved(entries);
  }

  /** The one that the term began with. */
  #tokenOf(term: Term): number {
    const token = this.#tokens.get(term) ?? NaN;
    if (term.fencingToken !== token)
      this.world.verdicts.violated(
        'I3',
        `${this.replica.name}: the term that began under ${tokenText(token)} is ${tokenText(term.fencingToken)} now`,
      );
    return token;
  }

  #throwIfHostile(where: 'begin' | 'drain' | 'save'): void {
    if (this.hostile !== where) return;
    this.hostile = undefined;
    throw new Error(`The duties throw in ${where}`);
  }
}

function reasonOf({ signal }: Term): string {
  return String((signal.reason as { readonly reason?: unknown }).reason);
}
