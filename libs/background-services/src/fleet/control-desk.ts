import { describeError } from '../errors/index.js';
import { type Clock, DISABLED_HOLDER, type FleetBoard } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import { holdField } from '../workers/index.js';
import { type ControlRecord, decodeLeaderOrder, type LeaderOrder, ORDER_TTL } from './control-orders.js';

export interface ControlDeskContext {
  readonly board: FleetBoard;
  readonly manager: BackgroundServiceManager;
  readonly clock: Clock;
  readonly logger: LineLogger;
  /** Told of every order that was carried out here. */
  readonly onRecord?: (record: ControlRecord) => void;
}

type Outcome = Pick<ControlRecord, 'outcome' | 'detail'>;

const TOO_OLD: Outcome = {
  outcome: 'refused',
  detail: 'too old: nobody took it in time, or the clocks of who asked and who leads are minutes apart',
};

/**
 * Carries out on this replica what was ordered for the keys that it leads. It looks when the board says that something changed, or when the
 * revision that comes with its own postings is another one.
 */
export class ControlDesk {
  readonly #unwatch: () => void;
  #revision: number | undefined;
  #looking: Promise<void> | undefined;
  readonly #carrying = new Set<Promise<void>>();
  #again = false;
  #closed = false;

  constructor(private readonly context: ControlDeskContext) {
    this.#unwatch = context.board.watch(() => this.#look());
  }

  onRevision(revision: number): void {
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    await this.#looking;
    await Promise.all(this.#carrying);
  }

  /** One look at a time; what happens meanwhile is looked at afterwards. */
  #look(): void {
    if (this.#closed) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#looking = this.#apply()
      .catch((error: unknown) => {
        // The next posting brings the revision again, as news.
        this.#revision = undefined;
        this.#complain('Orders could not be read', error);
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#again) this.#look();
      });
  }

  async #apply(): Promise<void> {
    const { board, manager } = this.context;
    const led = manager.terms().map(({ key }) => key);
    const keys = [...led, ...manager.keysHeldBy(DISABLED_HOLDER)];
    const [orders, leases] = await Promise.all([board.orders(), keys.length > 0 ? board.look(keys) : []]);
    for (const { key, holder, ledger } of leases) {
      if (!led.includes(key)) {
        // Enabled again, which no message may have told.
        if (holder === null) manager.onReleased(key, DISABLED_HOLDER);
        continue;
      }
      const held = manager.list().filter((worker) => worker.key === key);
      manager.learn(
        key,
        Object.fromEntries(held.map(({ name }) => [holdField(name), ledger[holdField(name)] ?? null])),
      );
      // Taken out of service, or freed: asking for a renewal tells, and ends the term.
      if (holder !== manager.instanceId) manager.renewNow();
    }
    const read = [...orders].map(([id, text]) => ({ id, order: decodeLeaderOrder(id, text) }));
    for (const { id, order } of read.sort(byTime)) {
      if (!order) await board.claim(id);
      else if (this.#isStale(order)) {
        if (await board.claim(id)) this.#carryOut(order, () => Promise.resolve(TOO_OLD));
      } else if (led.includes(order.key) && (await board.claim(id)))
        this.#carryOut(order, () => this.#perform(order));
    }
  }

  /** Clocks of replicas and operators may be a little apart. */
  #isStale({ at }: LeaderOrder): boolean {
    return Math.abs(this.context.clock.wall() - at) > 2 * ORDER_TTL;
  }

  /** Nobody waits for it here: work that drains for long holds up no order for another key. */
  #carryOut(order: LeaderOrder, perform: () => Promise<Outcome>): void {
    const carrying = perform()
      .then((outcome) => this.#tell(order, outcome))
      .catch((error: unknown) => this.#complain('What became of an order could not be told', error))
      .finally(() => this.#carrying.delete(carrying));
    this.#carrying.add(carrying);
  }

  async #tell({ id, action, target, by, why }: LeaderOrder, { outcome, detail }: Outcome): Promise<void> {
    const { board, manager, clock, onRecord } = this.context;
    const record: ControlRecord = {
      ...{ id, action, target, by, why, outcome, detail },
      at: new Date(clock.wall()),
      replica: manager.instanceId,
    };
    onRecord?.(record);
    const text = JSON.stringify(record);
    await board.answer(id, text);
    await board.announce(text);
  }

  #complain(what: string, error: unknown): void {
    this.context.logger.debug(`${what}: ${describeError(error).message}`);
  }

  async #perform({ action, key, target, token }: LeaderOrder): Promise<Outcome> {
    const { manager } = this.context;
    try {
      switch (action) {
        case 'trigger':
          manager.beginTrigger(target);
          return { outcome: 'done', detail: 'an iteration has begun' };
        case 'reset-breaker':
          manager.resetCircuitBreaker(target);
          // The breaker's state travels with the renewals; whoever looks at the fleet next sees it.
          manager.renewNow();
          return { outcome: 'done', detail: '' };
        case 'force-open-breaker':
          manager.forceOpenCircuitBreaker(target);
          manager.renewNow();
          return { outcome: 'done', detail: '' };
        case 'step-down': {
          // Who was to step down has lost or left the lease meanwhile: a term that was not meant goes on.
          const current = manager.terms().find((term) => term.key === key)?.token;
          if (token !== undefined && current !== token)
            return { outcome: 'done', detail: 'the term that was meant is over' };
          const clean = await manager.stepDown(key);
          return {
            outcome: 'done',
            detail: clean ? '' : 'work is still running: the lease is not released, and expires',
          };
        }
      }
    } catch (error) {
      return { outcome: 'refused', detail: describeError(error).message };
    }
  }
}

/** In the order in which they were asked for; what is no order first. */
function byTime(a: { readonly order?: LeaderOrder }, b: { readonly order?: LeaderOrder }): number {
  return (a.order?.at ?? 0) - (b.order?.at ?? 0);
}
