import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onCleanUp } from '../support/deferred-cleanup.js';
import { repository } from '../support/deployment.js';
import { startProcess, type StartedProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { EventLog } from './event-log.js';
import { REGISTERS, type Register } from './events.js';
import { Registers } from './replica/registers.js';
import { DRAIN_TIMEOUT, type ReplicaSettings, timingOf } from './replica/settings.js';

export interface FleetSettings {
  readonly name: string;
  readonly replicas: number;
  readonly ttl: number;
  readonly database: string;
  readonly folder: string;
  readonly seed: number;
}

/** How long a process may take to boot on a busy machine, ms. */
const BOOT_TIMEOUT = 60_000;

/** How long a process may take to end on SIGTERM beyond its drain, ms. A longer one is killed, and counts as a violation. */
const STOP_TIMEOUT = 10_000;

/** The place of a replica: its network, and one process after the other. */
export class Place {
  #process: StartedProcess | undefined;
  #boots = 0;
  #port = 0;
  /** Whether the process was told to end. */
  #asked: 'kill' | 'stop' | 'no' = 'no';

  private constructor(
    readonly name: string,
    readonly proxy: TcpProxy,
    private readonly log: EventLog,
    private readonly settings: Omit<ReplicaSettings, 'process' | 'redis'>,
  ) {}

  static async start(
    name: string,
    server: RedisServer,
    log: EventLog,
    settings: Omit<ReplicaSettings, 'process' | 'redis'>,
  ): Promise<Place> {
    const place = new Place(name, await TcpProxy.start(server), log, settings);
    await place.boot();
    return place;
  }

  /** Name of the process that runs here now, or ran here last. */
  get process(): string {
    return `${this.name}#${this.#boots}`;
  }

  get isUp(): boolean {
    return this.#process?.hasExited === false;
  }

  async boot(): Promise<void> {
    this.#boots += 1;
    const { process: name, log } = this;
    const seed = this.settings.seed + this.#boots;
    const settings: ReplicaSettings = { ...this.settings, process: name, redis: this.proxy.url, seed };
    const started = await startProcess(
      process.execPath,
      [
        '--import',
        join(repository, 'test/support/typescript.mjs'),
        join(repository, 'test/chaos/replica/main.ts'),
      ],
      { env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' } },
    );
    this.#process = started;
    void started.exited.then(({ code, signal }) => {
      log.append({ event: 'exit', process: name, how: signal ?? `code ${code}`, asked: this.#asked });
      this.#asked = 'no';
    });
    this.#port = Number((await started.waitForLine(/^port (\d+)$/, BOOT_TIMEOUT))[1]);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.signal(name);
  }

  async kill(): Promise<void> {
    this.#asked = 'kill';
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    this.#asked = 'stop';
    await this.#process?.stop('SIGTERM', DRAIN_TIMEOUT + STOP_TIMEOUT);
  }

  /** Blocks the event loop of the process for this long. */
  async block(duration: number): Promise<void> {
    await fetch(`http://127.0.0.1:${this.#port}/block/${duration}`, { method: 'POST' });
  }
}

/** A few replicas on a Redis of their own, each with a network of its own. */
export class Fleet {
  private constructor(
    readonly settings: FleetSettings,
    readonly server: RedisServer,
    /** A connection that no proxy is in the way of. */
    readonly redis: Redis,
    readonly log: EventLog,
    readonly registers: Registers,
    readonly places: readonly Place[],
  ) {}

  static async start(settings: FleetSettings): Promise<Fleet> {
    const { name, replicas, database, folder, ttl, seed } = settings;
    const log = new EventLog(join(folder, `${name}.ndjson`));
    const server = await RedisServer.start();
    const redis = new Redis(server.url, { maxRetriesPerRequest: null, disconnectTimeout: 10 });
    redis.on('error', () => {});
    onCleanUp(() => redis.disconnect());
    const registers = new Registers(database, name);
    await registers.create(REGISTERS);
    const common = { database, fleet: name, log: log.path, timing: timingOf(ttl) };
    const places = await Promise.all(
      Array.from({ length: replicas }, (_, i) => {
        const place = String.fromCharCode('A'.charCodeAt(0) + i);
        return Place.start(place, server, log, { ...common, seed: seed + 1_000 * i });
      }),
    );
    const fleet = new Fleet(settings, server, redis, log, registers, places);
    await until(() => log.lastStart, { what: 'a leader to work', timeout: BOOT_TIMEOUT });
    return fleet;
  }

  /** The place that started an iteration last, if its process is still there. */
  get leader(): Place | undefined {
    const last = this.log.lastStart?.process;
    return this.places.find((place) => place.process === last && place.isUp);
  }

  get running(): readonly Place[] {
    return this.places.filter((place) => place.isUp);
  }

  /** Ends all replicas in order, and writes down what the registers hold then. */
  async stop(): Promise<void> {
    await Promise.all(this.places.map((place) => place.stop()));
    const heads = Object.fromEntries(
      await Promise.all(REGISTERS.map(async (name) => [name, await this.registers.head(name)] as const)),
    ) as Record<Register, string>;
    this.log.append({ event: 'registers', heads });
    this.log.read();
    this.log.close();
    this.redis.disconnect();
    await Promise.all([
      this.registers.close(),
      this.server.stop(),
      ...this.places.map((place) => place.proxy.close()),
    ]);
  }
}
