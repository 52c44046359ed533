import { describeError } from '../errors/index.js';
import { callGuest } from '../kit/index.js';
import { CheckedLeaseStore } from '../lease/index.js';
import { DeadlineWatch } from './deadline-watch.js';
import type { Duties } from './duties.js';
import { Elector, type ElectorContext } from './elector.js';
import { Heartbeat, type HeartbeatContext } from './heartbeat.js';
import { limited } from './limited.js';

type ElectionsContext = Omit<ElectorContext, 'onDue'> & HeartbeatContext;

/** All elections of this replica: one elector a key, over one heartbeat and one deadline watch. */
export class Elections {
  readonly #electors = new Map<string, Elector>();
  readonly #heartbeat: Heartbeat;
  readonly #watch: DeadlineWatch;
  /** What has changed since the last look. */
  #changed = new Set<Elector>();
  #wake: 'none' | 'queued' | 'closed' = 'none';

  private readonly context: ElectionsContext;
  /** One for all: there may be thousands of electors. */
  private readonly ofElectors: ElectorContext;

  /** Whatever store it is given, the elections see answers that were checked. */
  constructor(given: ElectionsContext) {
    const { clock, instrumentation, keeper, logger } = given;
    const complain = (error: unknown) =>
      logger.warn(`The lease store cannot tell of releases: ${describeError(error).message}`);
    this.context = { ...given, store: new CheckedLeaseStore(given.store, complain, instrumentation) };
    this.ofElectors = { ...this.context, onDue: (elector) => this.#onDue(elector) };
    this.#heartbeat = new Heartbeat(this.context);
    this.#watch = new DeadlineWatch(clock, keeper !== undefined);
    if (!keeper) return;
    this.#wake = 'queued';
    const look = () => this.#look();
    void keeper.ready.then(look, look);
  }

  /** Opens the election of a key. The elector does nothing until it is started. */
  open(key: string, duties: Duties): Elector {
    const elector = new Elector(key, duties, this.ofElectors);
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
    this.#heartbeat.onReleased({ key, holder });
  }

  /** Placement has changed whether this replica takes what it does not lead. */
  reconsiderStandbys(): void {
    for (const elector of this.#electors.values())
      if (elector.state.phase === 'standby') this.#onDue(elector);
  }

  /** Renews what is led of these keys, ahead of time: an operator may have changed a lease. */
  renewNow(keys: readonly string[]): void {
    this.#heartbeat.renewNow(keys);
  }

  /** Stops everything that is still going on; electors that were not stopped before leave their leases to expire. */
  async close(): Promise<void> {
    this.#wake = 'closed';
    this.#heartbeat.close();
    this.#watch.close();
    const { keeper, logger, clock, timing } = this.context;
    if (!keeper) return;
    await limited(clock, timing, async () => keeper.close(), 'The heartbeat thread').catch((error: unknown) =>
      callGuest(() => logger.warn(`The heartbeat thread did not end: ${describeError(error).message}`)),
    );
  }

  /** Many electors change at once when a batch is answered; they cost one look, at them alone. */
  #onDue(elector: Elector): void {
    this.#changed.add(elector);
    if (this.#wake !== 'none') return;
    this.#wake = 'queued';
    queueMicrotask(() => this.#look());
  }

  #look(): void {
    if (this.#wake !== 'queued') return;
    this.#wake = 'none';
    const changed = this.#changed;
    this.#changed = new Set();
    this.#heartbeat.note(changed);
    this.#watch.note(changed);
  }
}
