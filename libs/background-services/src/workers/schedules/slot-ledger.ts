import type { RecordReply } from '../../lease/index.js';
import { unknownRetryDelay } from '../../leadership/index.js';
import { type CronEntry, decodeCronEntry, encodeCronEntry, slotField } from './cron-entry.js';
import type { ScheduleHost } from './schedule.js';

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

  constructor(
    private readonly pattern: string,
    private readonly host: ScheduleHost,
  ) {
    this.#field = slotField(host.name);
  }

  /** What was left behind for this pattern; slots of another pattern are other slots. */
  read(): CronEntry | undefined {
    const entry = decodeCronEntry(this.host.ledger.get(this.#field));
    return entry?.pattern === this.pattern ? entry : undefined;
  }

  /** Says that all slots up to this one are settled. Nobody waits for it: should it get lost, the next write says it again. */
  note(through: number): void {
    if (!this.#isBeyond(through)) void this.#write(this.#encode({ through }));
  }

  /** Says that all slots up to this one are settled, and asks until there is an answer or the term is over. */
  async settle(through: number): Promise<void> {
    if (!this.#isBeyond(through)) await this.#insist(this.#encode({ through }));
  }

  /** Claims a slot for this term. @param through what is settled without it */
  async claim(slot: number, through: number): Promise<Claim> {
    const { ledger } = this.host;
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
      const current = decodeCronEntry(reply.current);
      if (current?.pattern === this.pattern && current.through >= slot) return REFUSED;
    }
  }

  async #undo(claim: string, before: string | undefined, through: number): Promise<void> {
    const known = this.host.ledger.get(this.#field);
    // What was written since stands.
    if (known !== claim && known !== before) return;
    const value = before ?? this.#encode({ through });
    const reply = await this.#write(value);
    // Only the answer to the claim was lost, and the claim itself is there.
    if (reply.outcome === 'conflict' && reply.current === claim) await this.#write(value);
  }

  /** What is settled stays settled. */
  #isBeyond(through: number): boolean {
    return (this.read()?.through ?? 0) > through;
  }

  /** Asks until there is an answer, or until it is to be asked anew: the term is over, or another write of this term came between. */
  async #insist(value: string): Promise<RecordReply> {
    const { ledger } = this.host;
    const known = ledger.get(this.#field);
    for (;;) {
      const reply = await this.#write(value);
      if (reply.outcome !== 'unknown' || !ledger.term.isLive()) return reply;
      await this.#pause(unknownRetryDelay(this.host.timing));
      const current = ledger.get(this.#field);
      if (current !== known) return { outcome: 'conflict', current: current ?? null };
    }
  }

  #write(value: string): Promise<RecordReply> {
    return this.host.ledger.compareAndSet(this.#field, value);
  }

  #encode(entry: Omit<CronEntry, 'pattern'>): string {
    return encodeCronEntry({ pattern: this.pattern, ...entry });
  }

  /** Waits, but no longer than the term lasts: its drain waits for this. */
  #pause(delay: number): Promise<void> {
    const { signal } = this.host.ledger.term;
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.host.clock.setTimeout(done, delay);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

const REFUSED: Claim = { outcome: 'refused', undo: () => Promise.resolve() };
