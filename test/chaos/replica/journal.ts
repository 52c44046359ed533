import { openSync, writeSync } from 'node:fs';
import type { RevocationReason } from 'nestjs-background-services';
import type { ObservedCommand } from '../../support/observed-lease-store.js';
import { ProcessorWaits } from '../../support/processor-waits.js';
import type { ReplicaEvent } from '../events.js';
import { machineTime } from '../machine-clock.js';
import type { ReplicaSettings } from './settings.js';

type Unwritten<Event> = Event extends unknown ? Omit<Event, 'at' | 'process'> : never;

/** What this process writes to the event log. Each line is written at once: what a process did before it was killed is not lost. */
export class ReplicaJournal {
  readonly #file: number;
  readonly #waits = ProcessorWaits.start();
  readonly #confirmed = new Map<number, number>();
  readonly #lost = new Map<number, number>();
  #block = { from: -Infinity, to: -Infinity };

  constructor(private readonly settings: ReplicaSettings) {
    this.#file = openSync(settings.log, 'a');
  }

  write(event: Unwritten<ReplicaEvent>, at = machineTime()): void {
    const { process } = this.settings;
    writeSync(this.#file, `${JSON.stringify({ at, process, ...event })}\n`);
  }

  readonly command = ({ answeredAt, ...command }: ObservedCommand): void => {
    const { kind, sentAt, outcome, token } = command;
    this.write({ event: 'command', ...command });
    if (token === undefined) return;
    // An answer past the deadline revives nothing.
    const isConfirmed = outcome === 'acquired' || (outcome === 'renewed' && answeredAt < this.#dueOf(token));
    if (isConfirmed) this.#confirmed.set(token, sentAt);
    if (kind === 'renew' && outcome === 'lost' && !this.#lost.has(token)) this.#lost.set(token, answeredAt);
  };

  aborted(token: number, reason: RevocationReason): void {
    // The moment of the call: to find out how long the process waited takes time, in which it may have to wait again.
    const at = machineTime();
    this.write({ event: 'abort', token, reason, waited: this.#waitedBetween(this.#dueOf(token), at) }, at);
  }

  /** Keeps the event loop busy. */
  block(duration: number): void {
    const from = performance.now();
    const since = machineTime();
    while (performance.now() - from < duration);
    this.#block = { from, to: performance.now() };
    this.write({ event: 'blocked', since });
  }

  /** When the term had to end at the latest: past its deadline, or once it knew that the lease was lost. */
  #dueOf(token: number): number {
    const deadline = (this.#confirmed.get(token) ?? -Infinity) + this.settings.timing.renewDeadline;
    return Math.min(deadline, this.#lost.get(token) ?? Infinity);
  }

  /** Waits while the loop is blocked are left out: the whole block is in the log. */
  #waitedBetween(due: number, at: number): number {
    if (due >= at) return 0;
    // `ProcessorWaits` reads the clock of this process, which differs from the machine's by a constant.
    const offset = machineTime() - performance.now();
    const [since, until] = [due - offset, at - offset];
    this.#waits.read();
    const { from, to } = this.#block;
    const blockedSince = Math.max(from, since);
    const inBlock = to > blockedSince ? this.#waits.between(blockedSince, to) : 0;
    return Math.max(0, this.#waits.between(since, until) - inBlock);
  }
}
