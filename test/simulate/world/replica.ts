import { Logger } from '@nestjs/common';
import { BackgroundEvents } from '../../../libs/background-services/src/events/index.js';
import { type Clock, type Timer } from '../../../libs/background-services/src/lease/index.js';
import { Elections, type Elector } from '../../../libs/background-services/src/leadership/index.js';
import { Placement } from '../../../libs/background-services/src/placement/index.js';
import { shardsOf } from '../../../libs/background-services/src/manager/sharded-worker.js';
import {
  Runner,
  type WorkerContext,
  type WorkerDefinition,
} from '../../../libs/background-services/src/workers/index.js';
import { randomStream } from '../engine/random.js';
import type { KeyPlan, Version } from '../plan/plan.js';
import { Connection } from './connection.js';
import { Line } from './line.js';
import { MembersConnection } from './members.js';
import { leaseKeysOf, nameOf, wholeOf } from './dealing.js';
import type { Machine } from './machine.js';
import { ObservedDuties } from './observed-duties.js';
import { ObservedWorker } from './observed-worker.js';
import type { Process } from './process.js';
import { CIRCUIT_BREAKER, CLOSING, COMMAND_TIMEOUT, TIMING } from './settings.js';
import type { Weather } from './weather.js';
import { Work } from './work.js';
import type { Surroundings } from './surroundings.js';

/** What a replica does under one key. */
export interface Campaign {
  readonly key: string;
  readonly elector: Elector;
  readonly duties: ObservedDuties;
  readonly workers: readonly ObservedWorker[];
}

/**
 * One process: the library's electors, runners and workers as the manager puts them together, over simulated clocks and a simulated store.
 * Each boot is a new one, with an instance id of its own.
 */
export class Replica implements Process {
  readonly clock: Clock;
  readonly campaigns: readonly Campaign[];
  readonly placement: Placement;
  readonly #elections: Elections;
  #state: 'running' | 'stopping' | 'gone' = 'running';

  constructor(
    readonly instanceId: string,
    readonly machine: Machine,
    weather: Weather,
    private readonly world: Surroundings,
    readonly version: Version,
  ) {
    this.clock = this.#clockOf(machine);
    const { clock } = this;
    const random = randomStream(world.plan.seed, instanceId);
    const shared = { clock, random, timing: TIMING, events: this.#listen() };
    const context = { ...shared, circuitBreaker: CIRCUIT_BREAKER, bootedAt: clock.wall() };
    const commandTimeout = machine.number % 2 === 0 ? COMMAND_TIMEOUT : undefined;
    const line = new Line(world, this, weather, commandTimeout);
    const logger = new Logger(instanceId);
    const isPlaced = world.plan.placement === 'balanced';
    this.placement = new Placement({
      ...{ clock, random, timing: TIMING, instanceId, logger },
      members: isPlaced ? new MembersConnection(world, line) : undefined,
      standard: world.plan.placement,
      capacity: machine.plan.capacity,
      version: `v${version}`,
    });
    this.#elections = new Elections({
      ...{ ...shared, instanceId, logger },
      store: new Connection(world, this, line),
      drainTimeout: world.plan.drainTimeout,
      placement: this.placement,
    });
    this.campaigns = world.plan.keys.flatMap((plan, i) => {
      const definitions = definitionsOf(nameOf(i), plan, version);
      return leaseKeysOf(nameOf(i), plan, version).map((key) =>
        this.#campaign(
          key,
          definitions.filter((definition) => definition.key === key),
          context,
        ),
      );
    });
    for (const { key } of this.campaigns) {
      const { name, count } = wholeOf(key);
      this.placement.add(key, undefined, count === 0 ? key : `${name}/${count}`, 'simulation');
    }
    this.placement.check();
    this.placement.begin(this.#elections);
    for (const { elector } of this.campaigns) elector.start();
  }

  get name(): string {
    return this.instanceId;
  }

  get isAlive(): boolean {
    return this.#state !== 'gone';
  }

  get isStopping(): boolean {
    return this.#state === 'stopping';
  }

  /** As SIGTERM does: leaves all terms in order, then is gone. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.world.history.note(this.name, () => 'stops');
    this.placement.leave();
    await Promise.all(this.campaigns.map(({ elector }) => elector.stop()));
    void this.#elections.close();
    await this.#within(CLOSING, this.placement.close());
    this.kill('has stopped');
  }

  /** As `kill -9` does: no timer fires and nothing is received any more. What was sent is on its way. */
  kill(how = 'is killed'): void {
    if (this.#state === 'gone') return;
    this.world.history.note(this.name, () => how);
    this.#state = 'gone';
    this.world.terms.died(this);
  }

  /** As the manager waits for what it closes. */
  #within(limit: number, work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(resolve, limit);
      void work.finally(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #campaign(
    key: string,
    definitions: readonly Omit<WorkerDefinition, 'run'>[],
    context: WorkerContext,
  ): Campaign {
    const runner = new Runner(this.clock);
    const workers = definitions.map((definition) => this.#worker(definition, context));
    for (const worker of workers) runner.add(worker);
    const duties = new ObservedDuties(runner, this, this.world);
    return { key, elector: this.#elections.open(key, duties), duties, workers };
  }

  #worker(definition: Omit<WorkerDefinition, 'run'>, context: WorkerContext): ObservedWorker {
    const { key, name, options } = definition;
    const random = randomStream(this.world.plan.seed, `${this.instanceId} ${name}`);
    const work = new Work(key, name, options.onInterrupted, this, this.world, random);
    return new ObservedWorker(definition, context, work, this.world);
  }

  /** Whoever listens hears of each term once at its beginning and once at its end. */
  #listen(): BackgroundEvents {
    const { instanceId, clock, world } = this;
    const events = new BackgroundEvents({
      instanceId,
      now: () => clock.wall(),
      onListenerError: (type, error) =>
        world.verdicts.violated('I7', `the witness of "${type}" throws ${String(error)}`),
    });
    events.on('elected', ({ key, token }) => world.terms.told(this, key, token, 'elected'));
    events.on('revoked', ({ key, token }) => world.terms.told(this, key, token, 'revoked'));
    return events;
  }

  #clockOf(machine: Machine): Clock {
    return {
      monotonic: () => machine.monotonic(),
      wall: () => machine.wall(),
      setTimeout: (callback, delay): Timer =>
        machine.setTimer(() => {
          if (this.isAlive) callback();
        }, delay),
    };
  }
}

/** The workers of a key, or those of its shards. */
function definitionsOf(key: string, plan: KeyPlan, version: Version): Omit<WorkerDefinition, 'run'>[] {
  const count = plan.shards?.[version] ?? 0;
  const run = () => undefined;
  const whole = declared(key, plan).map((definition) => ({ ...definition, run }));
  return count === 0 ? whole : whole.flatMap((definition) => shardsOf(definition, count));
}

/** One at an interval, and maybe one at cron slots. A slot that is to run again must not meet an open breaker. */
function declared(key: string, { every, cron }: KeyPlan): Omit<WorkerDefinition, 'run'>[] {
  const interval = {
    name: `${key}:interval`,
    key,
    place: 'simulation',
    schedule: { kind: 'interval', every } as const,
    options: { immediate: true },
  };
  if (!cron) return [interval];
  const { seconds, onInterrupted, misfire } = cron;
  return [
    interval,
    {
      name: `${key}:cron`,
      key,
      place: 'simulation',
      schedule: { kind: 'cron', pattern: `*/${seconds} * * * * *`, utcOffset: 0 },
      options: {
        onInterrupted,
        misfire,
        ...(onInterrupted === 'rerun' ? { circuitBreaker: false as const } : {}),
      },
    },
  ];
}
