import { type Clock, type MemoryLeaseStore } from '../lease/index.js';
import { type Duties, Elections, type Elector } from '../leadership/index.js';
import { Placement, type PlacementRule } from '../placement/index.js';
import { TEST_TIMING } from './replica.js';

const SILENT = {
  debug: () => undefined,
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface PlacedMachineOptions {
  readonly clock: Clock;
  readonly store: MemoryLeaseStore;
  /** How each key is placed. */
  readonly keys: Readonly<Record<string, PlacementRule | undefined>>;
  readonly capacity?: number;
  readonly version?: string;
  readonly standard?: 'balanced' | 'sticky';
  readonly random?: () => number;
  /** How often each key has changed hands lately. @default nobody knows */
  readonly recentTerms?: (key: string) => number;
}

/** A replica of elections and placement alone, over a store and a clock that it shares with others. */
export class PlacedMachine {
  readonly placement: Placement;
  /** The keys of terms that began here, in their order. */
  readonly began: string[] = [];
  /** Keys whose work is running. */
  readonly busy = new Set<string>();
  readonly #elections: Elections;
  readonly #electors: readonly Elector[];
  #isAlive = true;

  constructor(
    readonly id: string,
    {
      clock,
      store,
      keys,
      capacity = 1,
      version,
      standard = 'balanced',
      random = () => 0.5,
      recentTerms = () => 0,
    }: PlacedMachineOptions,
  ) {
    const own: Clock = {
      monotonic: () => clock.monotonic(),
      wall: () => clock.wall(),
      setTimeout: (callback, delay) => clock.setTimeout(() => void (this.#isAlive && callback()), delay),
    };
    const shared = { clock: own, random, instanceId: id, timing: TEST_TIMING, logger: SILENT };
    this.placement = new Placement({
      ...{ ...shared, members: store.board.members, standard, capacity, version },
    });
    this.#elections = new Elections({ ...shared, store, drainTimeout: 1_000, placement: this.placement });
    for (const [key, rule] of Object.entries(keys)) this.placement.add(key, rule, key, key);
    this.placement.check();
    this.#electors = Object.keys(keys).map((key) =>
      this.#elections.open(key, this.#duties(key, recentTerms)),
    );
  }

  start(): this {
    this.placement.begin(this.#elections);
    for (const elector of this.#electors) elector.start();
    return this;
  }

  /** As at SIGTERM. */
  async stop(): Promise<void> {
    this.placement.leave();
    await Promise.all(this.#electors.map((elector) => elector.stop()));
    await this.#elections.close();
    await this.placement.close();
  }

  /** As by kill -9: no timer fires any more. */
  kill(): void {
    this.#isAlive = false;
  }

  elector(key: string): Elector {
    const elector = this.#elections.get(key);
    if (!elector) throw new Error(`There is no ${key}`);
    return elector;
  }

  /** The keys that it leads now. */
  get leads(): readonly string[] {
    return this.#isAlive ? this.#electors.flatMap(({ key, isLeader }) => (isLeader ? [key] : [])) : [];
  }

  #duties(key: string, recentTerms: (key: string) => number): Duties {
    const { busy, began } = this;
    return {
      begin: () => void began.push(key),
      drain: () => Promise.resolve([]),
      unsavedEntries: () => ({}),
      markSaved: () => undefined,
      get recentTerms() {
        return recentTerms(key);
      },
      get isBusy() {
        return busy.has(key);
      },
    };
  }
}
