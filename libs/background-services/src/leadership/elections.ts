import { DeadlineWatch } from './deadline-watch.js';
import type { Duties } from './duties.js';
import { Elector, type ElectorContext } from './elector.js';
import { Heartbeat, type HeartbeatContext } from './heartbeat.js';

/** All elections of this replica: one elector a key, over one heartbeat and one deadline watch. */
export class Elections {
  readonly #electors = new Map<string, Elector>();
  readonly #heartbeat: Heartbeat;
  readonly #watch: DeadlineWatch;
  #wake: 'none' | 'queued' | 'closed' = 'none';

  constructor(private readonly context: Omit<ElectorContext, 'onDue'> & HeartbeatContext) {
    this.#heartbeat = new Heartbeat(context);
    this.#watch = new DeadlineWatch(context.clock, context.keeper !== undefined);
    if (!context.keeper) return;
    this.#wake = 'queued';
    void context.keeper.ready.then(() => this.#look());
  }

  /** Opens the election of a key. The elector does nothing until it is started. */
  open(key: string, duties: Duties): Elector {
    const elector = new Elector(key, duties, { ...this.context, onDue: () => this.#onDue() });
    this.#electors.set(key, elector);
    this.#heartbeat.add(elector);
    this.#watch.add(elector);
    return elector;
  }

  get(key: string): Elector | undefined {
    return this.#electors.get(key);
  }

  /** Calls back with every beat of renewals and tries, in the tick in which they are sent. */
  onBeat(listener: () => void): void {
    this.#heartbeat.beats.add(listener);
  }

  /** A release was heard of, or found: standbys try soon. */
  onReleased(key: string, holder: string): void {
    this.#heartbeat.onReleased(key, holder);
  }

  /** Renews everything that is led, ahead of time: an operator may have changed a lease. */
  renewNow(): void {
    this.#heartbeat.renewNow();
  }

  /** Stops everything that is still going on; electors that were not stopped before leave their leases to expire. */
  async close(): Promise<void> {
    this.#wake = 'closed';
    this.#heartbeat.close();
    this.#watch.close();
    await this.context.keeper?.close();
  }

  /** Many electors change at once when a batch is answered; they cost one look. */
  #onDue(): void {
    if (this.#wake !== 'none') return;
    this.#wake = 'queued';
    queueMicrotask(() => this.#look());
  }

  #look(): void {
    if (this.#wake !== 'queued') return;
    this.#wake = 'none';
    this.#heartbeat.arm();
    this.#watch.look();
  }
}
