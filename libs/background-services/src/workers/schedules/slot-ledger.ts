import { inBackground, pause } from '../../kit/index.js';
import type { RecordReply } from '../../lease/index.js';
import { unknownRetryDelay } from '../../leadership/index.js';
import { type CronEntry, decodeCronEntry, encodeCronEntry, slotField } from './cron-entry.js';
import type { TermLedger } from '../term-ledger.js';
import type { WorkerParts } from '../worker-parts.js';

export interface Claim {
  /** `refused`: the slot is settled already, or the lease is not ours. `unanswered`: the term ended first, and it may be ours. */
  readonly outcome: 'ours' | 'refused' | 'unanswered';
  /** Gives the slot back, so that a successor runs it. For a claim whose iteration did not begin. */
  undo(): Promise<void>;
}

/**
 * The entry of one cron worker in the ledger, under one term.
 *
 * It is written by compare-and-set only: a command that timed out may run late, and must not undo a newer claim.
 */
export class SlotLedger {
  readonly #field: string;

  /** @param ahead how far settled slots may lie ahead of the store's time, ms */
  constructor(
    private readonly pattern: string,
    private readonly worker: Pick<WorkerParts, 'definition' | 'context'>,
    private readonly ledger: TermLedger,
    private readonly ahead: number,
  ) {
    this.#field = slotField(worker.definition.name);
  }

  /**
   * What was left behind for this pattern; slots of another pattern are other slots. What is said to be settled far ahead of the store's time was
   * settled by a clock that was wrong: it is not believed.
   */
  read(): CronEntry | undefined {
    const entry = this.#ofPattern(this.ledger.get(this.#field));
    return entry && this.isCredible(entry.through) ? entry : undefined;
  }

  /** Until when slots are said to be settled, if that is not believed. */
  get disbelieved(): number | undefined {
    const entry = this.#ofPattern(this.ledger.get(this.#field));
    return entry && !this.isCredible(entry.through) ? entry.through : undefined;
  }

  isCredible(through: number): boolean {
    return through - this.ledger.term.storeNow() <= this.ahead;
  }

  /** Says that all slots up to this one are settled. Nobody waits for it: should it get lost, the next write says it again. */
  note(through: number): void {
    if (!this.#isBeyond(through)) inBackground(this.#write(this.#encode({ through })));
  }

  /** Says that all slots up to this one are settled, and asks until there is an answer or the term is over. */
  async settle(through: number): Promise<void> {
    if (!this.#isBeyond(through)) await this.#insist(this.#encode({ through }));
  }

  /** Claims a slot for this term. @param through what is settled without it */
  async claim(slot: number, through: number): Promise<Claim> {
    const { ledger } = this;
    const { term } = ledger;
    const running = { slot, token: term.fencingToken };
    const claim = this.#encode({ through: Math.max(slot, through), running });
    for (;;) {
      const before = ledger.get(this.#field);
      const undo = () => this.#undo(claim, before, through);
      const reply = await this.#insist(claim);
      if (reply.outcome === 'recorded') return { outcome: 'ours', undo };
      if (reply.outcome === 'lost') return REFUSED;
      if (reply.outcome === 'unknown' || !term.isLive()) return { outcome: 'unanswered', undo };
      // Somebody wrote the entry, or wiped it. If the slot is still open there, the claim is made on top of what is there now.
      const current = this.#ofPattern(reply.current);
      if (current && current.through >= slot && this.isCredible(current.through)) return REFUSED;
    }
  }

  async #undo(claim: string, before: string | undefined, through: number): Promise<void> {
    const known = this.ledger.get(this.#field);
    // What was written since stands.
    if (known !== claim && known !== before) return;
    const value = before ?? this.#encode({ through });
    const reply = await this.#write(value);
    // Only the answer to the claim was lost, and the claim itself is there.
    if (reply.outcome === 'conflict' && reply.current === claim) await this.#write(value);
  }

  #ofPattern(text: string | null | undefined): CronEntry | undefined {
    const entry = decodeCronEntry(text);
    return entry?.pattern === this.pattern ? entry : undefined;
  }

  /** What is settled stays settled. */
  #isBeyond(through: number): boolean {
    return (this.read()?.through ?? 0) > through;
  }

  /** Asks until there is an answer, or until it is to be asked anew: the term is over, or another write of this term came between. */
  async #insist(value: string): Promise<RecordReply> {
    const { ledger } = this;
    const known = ledger.get(this.#field);
    for (;;) {
      const reply = await this.#write(value);
      if (reply.outcome !== 'unknown' || !ledger.term.isLive()) return reply;
      await this.#pause(unknownRetryDelay(this.worker.context.timing));
      const current = ledger.get(this.#field);
      if (current !== known) return { outcome: 'conflict', current: current ?? null };
    }
  }

  #write(value: string): Promise<RecordReply> {
    return this.ledger.compareAndSet(this.#field, value);
  }

  #encode(entry: Omit<CronEntry, 'pattern'>): string {
    return encodeCronEntry({ pattern: this.pattern, ...entry });
  }

  /** Waits, but no longer than the term lasts: its drain waits for this. */
  #pause(delay: number): Promise<void> {
    return pause(this.worker.context.clock, delay, this.ledger.term.signal);
  }
}

const REFUSED: Claim = { outcome: 'refused', undo: () => Promise.resolve() };
