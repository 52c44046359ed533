import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import { type CommandStats, RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Attempt, StandbysEvent, StandbysSettings } from './apps/standbys-settings.js';
import type { Benchmark } from './benchmark.js';
import { countInSteps, type Panel } from './report/histogram.js';
import { MeasuredApp } from './support/measured-app.js';

const STANDBYS = 50;
const PROCESSES = 5;
const KEYS = 100;
const STEADY = 30_000;
/** Of the default lease: a standby tries every 10 s, ±20 %. */
const SHORTEST_RETRY = 8_000;
/** What the picture shows around the event. */
const PICTURE = { before: 500, after: 1_000, step: 10 };

export const standbys: Benchmark = {
  name: 'standbys',
  title: `${STANDBYS} standbys for ${KEYS} keys of one holder, default lease: what they cost while nothing happens, what they do when the holder gives all keys back at once (SIGTERM), and what when it is killed (its leases expire).`,

  async run() {
    const first = await Fleet.boot();
    const steady = await first.observeSteady();
    const release = await first.observe('released by SIGTERM', () => first.release());
    await first.stop();
    const second = await Fleet.boot();
    const crash = await second.observe('expired after kill -9', () => second.crash());
    await second.stop();
    return {
      tables: [
        {
          columns: ['', 'script calls/s', 'commands/s, those inside scripts included'],
          rows: [['nothing happens', steady.scripts, steady.commands]],
        },
        {
          columns: [
            'in the second after all leases were',
            'tries',
            'most by one standby',
            'most in 10 ms',
            'commands',
            'all led again after, ms',
          ],
          rows: [release, crash].map((side) => [
            side.label,
            side.tries,
            side.mostOfOne,
            Math.max(...side.panel.counts),
            side.commands,
            side.settled,
          ]),
        },
      ],
      goals: [
        {
          name: `script calls of ${STANDBYS} standbys and a leader while nothing happens`,
          figure: steady.scripts,
          unit: '/s',
          atMost: (STANDBYS + 1) / (SHORTEST_RETRY / 1_000),
        },
        ...[release, crash].map((side) => ({
          name: `tries of a standby in the second after ${KEYS} leases ${side.label}, on average`,
          figure: side.tries / STANDBYS,
          atMost: 2,
        })),
      ],
      charts: [
        {
          kind: 'histogram',
          file: 'standbys',
          title: `Tries of ${STANDBYS} standbys for ${KEYS} keys, one round trip each, per ${PICTURE.step} ms`,
          panels: [release.panel, crash.panel],
        },
      ],
    };
  },
};

/** What happened in the second after an event. */
interface Aftermath {
  readonly label: string;
  readonly tries: number;
  readonly mostOfOne: number;
  readonly commands: number;
  /** Milliseconds until the last key was led again. */
  readonly settled: number;
  readonly panel: Panel;
}

class Fleet {
  private constructor(
    private readonly redis: RedisServer,
    private readonly holder: MeasuredApp<StandbysEvent>,
    private readonly standbys: readonly MeasuredApp<StandbysEvent>[],
  ) {}

  /** All keys are held by one, and every standby has tried once. */
  static async boot(): Promise<Fleet> {
    const redis = await RedisServer.start();
    const start = (replicas: number) => {
      const settings: StandbysSettings = { redis: redis.url, replicas, keys: KEYS };
      return MeasuredApp.start<StandbysEvent>('standbys', settings);
    };
    const holder = await start(1);
    await until(() => acquired([holder]) === KEYS, { what: 'the holder to lead all keys', timeout: 30_000 });
    const standbys = await Promise.all(Array.from({ length: PROCESSES }, () => start(STANDBYS / PROCESSES)));
    await until(() => new Set(attempts(standbys).map(({ replica }) => replica)).size === STANDBYS, {
      what: 'every standby to try',
      timeout: 60_000,
    });
    return new Fleet(redis, holder, standbys);
  }

  async observeSteady() {
    await this.redis.resetCommandStats();
    await pass(STEADY);
    const stats = await this.redis.commandStats();
    return { scripts: scriptCalls(stats) / (STEADY / 1_000), commands: commands(stats) / (STEADY / 1_000) };
  }

  /** Resolves with the moment of the event, which `cause` brings about. */
  async observe(label: string, cause: () => Promise<number>): Promise<Aftermath> {
    const event = await cause();
    await pass(event + PICTURE.after - now());
    const stats = await this.redis.commandStats();
    await until(() => acquired(this.standbys) >= KEYS, { what: 'all keys to be led again' });
    const all = attempts(this.standbys);
    const after = all.filter(({ at }) => at >= event && at < event + 1_000);
    const byReplica = new Map<string, number>();
    for (const { replica } of after) byReplica.set(replica, (byReplica.get(replica) ?? 0) + 1);
    return {
      label,
      tries: after.length,
      mostOfOne: Math.max(0, ...byReplica.values()),
      commands: commands(stats),
      settled: Math.max(...all.filter((one) => one.acquired > 0).map(({ answered }) => answered)) - event,
      panel: {
        title: `all leases ${label}`,
        event: label,
        before: PICTURE.before,
        step: PICTURE.step,
        counts: countInSteps(
          all.map(({ at }) => at - event),
          PICTURE,
        ),
      },
    };
  }

  /** The holder ends in order. */
  async release(): Promise<number> {
    await this.redis.resetCommandStats();
    await this.holder.stop();
    return Math.min(...this.holder.all('released').map(({ at }) => at));
  }

  /** The holder is gone without a word, and some time later its leases, which it renewed together, expire. */
  async crash(): Promise<number> {
    await this.holder.kill();
    const client = new Redis(this.redis.url);
    const left = await client.pttl('key-0');
    const event = now() + left;
    client.disconnect();
    await pass(left - 20);
    await this.redis.resetCommandStats();
    return event;
  }

  async stop(): Promise<void> {
    await Promise.all(this.standbys.map((app) => app.kill()));
    await this.redis.stop();
  }
}

function attempts(apps: readonly MeasuredApp<StandbysEvent>[]): readonly Attempt[] {
  return apps.flatMap((app) => app.all('attempt'));
}

function acquired(apps: readonly MeasuredApp<StandbysEvent>[]): number {
  return attempts(apps).reduce((sum, attempt) => sum + attempt.acquired, 0);
}

function scriptCalls({ calls }: CommandStats): number {
  return (calls['evalsha'] ?? 0) + (calls['eval'] ?? 0);
}

function commands({ total, calls }: CommandStats): number {
  return total - (calls['config|resetstat'] ?? 0);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
