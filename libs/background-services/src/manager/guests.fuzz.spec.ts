import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { BackgroundEvents, type Instrumentation } from '../events/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { EventLoopLag, FleetAgent } from '../fleet/index.js';
import { CheckedBoard, type LeaseStore, MemoryLeaseStore } from '../lease/index.js';
import { Elections, type LeaseTiming } from '../leadership/index.js';
import { LibraryLog } from '../logs/index.js';
import { hostile, type Make } from '../../../../test/support/guests/hostile.js';
import { Guests, type Misconduct, settledWithin, silent } from '../../../../test/support/guests/guests.js';
import {
  type Conduct,
  conduct,
  MISCONDUCTS,
  type Script,
} from '../../../../test/support/guests/misbehaving.js';
import { TestClock } from '../testing/index.js';
import type { Iteration } from '../workers/index.js';
import { BackgroundServiceManager } from './background-service-manager.js';
import { Campaigns } from './campaigns.js';
import { Replica } from './replica.js';

const TIMING: LeaseTiming = {
  ttl: 3_000,
  renewInterval: 1_000,
  renewDeadline: 2_000,
  retryInterval: 1_000,
  jitter: 0.2,
};
const DRAIN = 500;
const KEYS = ['a:leader', 'b:leader'];
const REPLICAS = ['one', 'two'];

/** Everybody that the library calls and did not write. */
const GUESTS = ['logger', 'store', 'board', 'listeners', 'tracer', 'breaker', 'extensions', 'work'] as const;
type Guest = (typeof GUESTS)[number];

/** After guests behave again: what is left of a lease, a try, a round trip that hung, and a first iteration. */
const RECOVERY = TIMING.ttl + TIMING.retryInterval * 2 + TIMING.ttl / 5 + 3_000;
/** A drain, a lease that is given back to a store that hangs, a board and a store that do not close. */
const SHUTDOWN = DRAIN + 2 * (TIMING.ttl / 5) + 2 * 10_000 + 1_000;

interface Plan extends Misconduct<Guest> {
  readonly acts: readonly ('wait' | 'step-down' | 'trigger' | 'stop-and-start')[];
  readonly atShutdown: 'behave' | 'misbehave';
}

const plans: fc.Arbitrary<Plan> = fc.record({
  guests: fc.subarray([...GUESTS], { minLength: 1 }),
  conducts: fc.subarray<Conduct>([...MISCONDUCTS], { minLength: 1 }),
  rate: fc.constantFrom(0.02, 0.2, 0.6, 1),
  seed: fc.nat(),
  nonsense: fc.array(fc.oneof(hostile, replies()), { minLength: 1, maxLength: 8 }),
  acts: fc.array(fc.constantFrom('wait', 'step-down', 'trigger', 'stop-and-start'), {
    maxLength: 8,
  }),
  atShutdown: fc.constantFrom('behave', 'misbehave'),
});

/** Answers that look like those of a store, and are none. */
function replies(): fc.Arbitrary<Make> {
  const number = fc.constantFrom(NaN, -1, 0, 0.5, Infinity, 2 ** 60, '7', null, undefined);
  const holder = fc.constantFrom(1, undefined, {}, []);
  const reply = fc.oneof(
    fc.record({
      outcome: fc.constant('acquired'),
      token: number,
      ledger: fc.constantFrom(null, 1, {}),
      storeTime: number,
    }),
    fc.record({ outcome: fc.constant('held'), holder, ttl: fc.constantFrom(NaN, '9', undefined) }),
    fc.record({ outcome: fc.constant('renewed'), storeTime: fc.constantFrom(NaN, 'now', undefined, 1e300) }),
    fc.record({ outcome: fc.constant('lost'), holder }),
    fc.record({ outcome: fc.constant('unknown'), error: fc.constantFrom(undefined, 'text', null) }),
    fc.record({ outcome: fc.constantFrom('', 'leading', 1, undefined) }),
  );
  return fc.oneof(reply, fc.array(reply, { maxLength: 4 })).map((value) => () => value);
}

/** Two replicas over one store, whose guests go by the plan for as long as it says. */
class Fleet {
  readonly clock = new TestClock();
  readonly guests: Guests<Guest>;
  readonly store = new MemoryLeaseStore(this.clock);
  readonly managers: readonly BackgroundServiceManager[];
  readonly violations: string[] = [];
  starts = 0;
  readonly #running = new Map<string, number>();
  readonly #checks: Promise<void>[] = [];
  readonly #tokens = new Map<string, number>();
  #made = 0;

  constructor(plan: Plan) {
    this.guests = new Guests(plan, true);
    Logger.overrideLogger(this.guests.guest('logger', silent()));
    this.managers = REPLICAS.map((name) => this.#boot(name));
  }

  async verdicts(): Promise<readonly string[]> {
    await Promise.all(this.#checks);
    return this.violations;
  }

  #boot(name: string): BackgroundServiceManager {
    const { clock } = this;
    const instanceId = `${name}-${this.#made++}`;
    const settings = { style: 'structured', replica: instanceId } as const;
    const logger = new LibraryLog(new Logger('fuzz'), settings);
    const events = new BackgroundEvents({
      instanceId,
      now: () => clock.wall(),
      onListenerError: (type) => logger.error(`A listener to ${type} failed`),
    });
    events.onAny(this.guests.hook('listeners'));
    events.on('elected', this.guests.hook('listeners'));
    const store = this.guests.guest('store', this.#observed());
    const instrumentation = this.guests.guest('tracer', tracer());
    const shared = { clock, random: this.guests.random, timing: TIMING, events, instrumentation };
    const campaigns = new Campaigns({
      instanceId,
      store,
      ownsStore: true,
      drainTimeout: DRAIN,
      logger,
      enabled: true,
      elections: new Elections({
        ...{ ...shared, instanceId, store, drainTimeout: DRAIN, logger },
      }),
      workers: {
        ...{ ...shared, logs: settings, bootedAt: clock.wall() },
        circuitBreaker: {
          ...{ failureThreshold: 3, openDuration: 500, halfOpenMaxIterations: 2 },
          ...{ onOpen: this.guests.hook('breaker'), onClose: this.guests.hook('breaker') },
        },
      },
    });
    const manager = new BackgroundServiceManager(campaigns);
    const extensions = new BackgroundExtensions();
    const asked = { reasons: [], details: {} };
    extensions.add(
      this.guests.guest('extensions', { name: 'guest', health: () => asked, presence: () => ({}) }),
    );
    const board = new CheckedBoard(this.guests.guest('board', this.store.board), clock);
    const agent = new FleetAgent({
      ...{
        board,
        replica: new Replica(campaigns),
        clock,
        random: () => 0.5,
        timing: TIMING,
        logger,
        extensions,
        enabled: true,
        shared: true,
        version: undefined,
      },
      lag: new EventLoopLag(),
      storeWatch: { fault: undefined, warnings: [] },
    });
    const script = this.guests.script('work');
    for (const [index, key] of KEYS.entries()) {
      const run = (iteration: Iteration) => this.#work(instanceId, key, iteration, script);
      manager.register({ name: `every-${index}`, key, schedule: { every: 300 }, run });
      manager.register({ name: `cron-${index}`, key, schedule: { cron: '* * * * * *' }, run });
    }
    campaigns.begin();
    agent.start();
    return manager;
  }

  /** A run of the user's work. It must not start unless the store has the lease in its replica's name, under its token. */
  #work(instanceId: string, key: string, { fencingToken, worker }: Iteration, script: Script): unknown {
    this.starts++;
    const at = this.clock.monotonic();
    this.#checks.push(
      this.store.inspect([key]).then(([lease]) => {
        if (lease?.holder === instanceId && lease.token === fencingToken) return;
        this.violations.push(`${worker} starts on ${instanceId} at ${at} under a lease that is not its own`);
      }),
    );
    if (fencingToken < (this.#tokens.get(key) ?? 0))
      this.violations.push(`${worker} starts under token ${fencingToken}, which has a successor`);
    this.#tokens.set(key, fencingToken);
    const place = `${instanceId} ${key}`;
    const count = (change: number) => this.#running.set(place, (this.#running.get(place) ?? 0) + change);
    count(1);
    const over = () => count(-1);
    try {
      const returned = conduct(() => undefined, script, this.guests.hanging);
      if (returned instanceof Promise) returned.then(over, over);
      else over();
      return returned;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** The store, which looks whether what gives a lease up has drained. */
  #observed(): LeaseStore {
    const { store } = this;
    const running = this.#running;
    const { violations } = this;
    return {
      name: 'observed',
      shared: true,
      acquire: (requests) => store.acquire(requests),
      renew: (requests) => store.renew(requests),
      record: (request) => store.record(request),
      inspect: (keys) => store.inspect(keys),
      watch: (listener) => store.watch(listener),
      close: () => store.close(),
      release: (request) => {
        if ((running.get(`${request.holder} ${request.key}`) ?? 0) > 0)
          violations.push(`${request.holder} releases ${request.key} while its work goes on`);
        return store.release(request);
      },
    };
  }
}

function tracer(): Instrumentation {
  return {
    iteration: (_iteration, work) => work(),
    handOver: (_handOver, work) => work(),
    leaseOperation: (_operation, _keys, command) => command(),
  };
}

/** What operators do, which may be refused. */
async function act(fleet: Fleet, what: Plan['acts'][number], index: number): Promise<void> {
  const manager = fleet.managers[index % fleet.managers.length]!;
  const key = KEYS[index % KEYS.length]!;
  const ignore = () => undefined;
  switch (what) {
    case 'wait':
      break;
    case 'step-down':
      void manager.stepDown(key).catch(ignore);
      break;
    case 'trigger':
      void manager.trigger('every-0').catch(ignore);
      break;
    case 'stop-and-start':
      void manager.stop('cron-1', { timeout: 100 }).catch(ignore);
      await fleet.clock.advance(50);
      manager.start('cron-1');
  }
  await fleet.clock.advance(700);
}

describe('A fleet whose guests throw, reject, hang and lie', () => {
  it('elects, drains and shuts down in time, and keeps the rules of leadership', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const fleet = new Fleet(plan);
        await fleet.clock.advance(2_000);
        for (const [index, what] of plan.acts.entries()) await act(fleet, what, index);

        fleet.guests.behave();
        await fleet.clock.advance(RECOVERY);
        const before = fleet.starts;
        await fleet.clock.advance(2_000);
        expect(fleet.starts - before).toBeGreaterThanOrEqual(2 * KEYS.length);
        for (const key of KEYS)
          expect(fleet.managers.filter((manager) => manager.isLeader(key))).toHaveLength(1);

        fleet.guests.isHostile = plan.atShutdown === 'misbehave';
        const left = Promise.all(fleet.managers.map((manager) => manager.shutdownAll()));
        expect(await settledWithin(fleet.clock, SHUTDOWN, left)).toBeDefined();
        await expect(left).resolves.toBeDefined();
        fleet.guests.hanging.end();
        await fleet.clock.advance(TIMING.ttl);
        expect(await fleet.verdicts()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
