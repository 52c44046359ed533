import { setTimeout as pass } from 'node:timers/promises';
import { timestamp } from '../e2e/replica/report.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { PlacementEvent, PlacementSettings } from './apps/placement-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import {
  judge,
  moves,
  sharesAt,
  type Tenure,
  tenuresOf,
  type Told,
  unevenness,
  type Verdict,
} from './support/placement-judge.js';
import { percentile } from './support/statistics.js';

const TTL = 3_000;
const WORK = 20;
const CHANGES = { replicas: 4, keys: 40 };
const ROLLING = { replicas: 6, keys: 60 };
/** When the fleet has to be even after a change in order; after a kill, the TTL and 3 s. */
const SETTLED = 10_000;
const SETTLED_AFTER_KILL = TTL + 3_000;
/** From when a new replica is up until the old one is stopped in a rolling update, ms: the readiness probe of a deployment takes longer. */
const READY = 1_500;
const STEP = 250;

interface Change {
  readonly name: string;
  readonly at: number;
  /** Keys that the furthest replica was away from its share. */
  readonly uneven: number;
  readonly moved: number;
  readonly least: number;
}

export const placement: Benchmark = {
  name: 'placement',
  title: `${CHANGES.replicas} replicas with ${CHANGES.keys} keys, processes of their own, each key with a worker at 1 s and one of cron slots a second, TTL ${TTL} ms: one joins, one is cordoned and comes back, one gets SIGTERM, one kill -9. Then a rolling update of ${ROLLING.replicas} replicas with ${ROLLING.keys} keys.`,

  async run() {
    const { changes, verdict, fleet, from, to } = await changesOfMembers();
    const update = await rollingUpdate();
    const ofUpdate = percentile(update.verdict.gaps, 0.99);
    return {
      tables: [
        {
          columns: ['', 'furthest from its share, keys', 'moved', 'least possible'],
          rows: changes.map(({ name, uneven, moved, least }) => [name, uneven, moved, least]),
        },
        {
          columns: [
            ...['', 'runs per interval', 'overlaps', 'slots doubled', 'slots lost', 'most moves of a key'],
            'gap p99, ms',
          ],
          rows: [
            ['changes of members', ...rowOf(verdict), '', percentile(verdict.gaps, 0.99)],
            ['rolling update', ...rowOf(update.verdict), update.mostMoves, ofUpdate],
          ],
        },
      ],
      goals: [
        ...changes.map(({ name, uneven }) => ({
          name: `furthest from its share, ${name}`,
          figure: uneven,
          unit: 'keys',
          atMost: 1,
        })),
        {
          name: 'moved, against the least possible, worst change',
          figure: Math.max(...changes.map(({ moved, least }) => moved / least)),
          atMost: 1.2,
        },
        ...[verdict, update.verdict].flatMap((each, i) => {
          const when = i === 0 ? 'over changes of members' : 'over a rolling update';
          const wrong = each.overlaps + each.doubled + each.lost;
          const off = Math.abs(each.runsPerInterval - 1);
          return [
            { name: `overlaps, slots doubled and lost ${when}`, figure: wrong, atMost: 0 },
            { name: `runs per interval ${when}, away from 1`, figure: off, atMost: 0.01 },
          ];
        }),
        { name: 'moves of a key in a rolling update, most', figure: update.mostMoves, atMost: 2 },
        { name: 'hand-over gap in a rolling update, p99', figure: ofUpdate, unit: 'ms', atMost: 25 },
      ],
      charts: [
        {
          kind: 'shares',
          file: 'placement',
          title: `Keys that each replica leads, of ${CHANGES.keys}`,
          span: to - from,
          series: seriesOf(fleet, from, to),
          events: changes.map(({ name, at }) => ({ at: at - from, label: name })),
        },
      ],
    };
  },
};

function rowOf({ runsPerInterval, overlaps, doubled, lost }: Verdict) {
  return [runsPerInterval, overlaps, doubled, lost] as const;
}

/** One after the other, each when the fleet has come to rest. */
async function changesOfMembers() {
  const redis = await RedisServer.start();
  const fleet = new PlacedFleet(redis.url, CHANGES.keys);
  for (const id of ['A', 'B', 'C', 'D']) await fleet.add(id);
  await fleet.comesToRest(['A', 'B', 'C', 'D']);
  const from = timestamp();
  const changes: Change[] = [];
  const change = async (
    name: string,
    cause: () => Promise<unknown>,
    replicas: readonly string[],
    settled = SETTLED,
  ) => {
    const before = sharesAt(fleet.tenures(), timestamp());
    const at = timestamp();
    await cause();
    const happened = timestamp();
    await pass(settled);
    const checkedAt = timestamp();
    const tenures = fleet.tenures();
    const uneven = unevenness(tenures, checkedAt, replicas, CHANGES.keys);
    // What moves later for the same change counts, too.
    await pass(2_000);
    const moved = moves(fleet.tenures(), at).length;
    changes.push({ name, at: happened, uneven, moved, least: leastMoves(before, replicas, CHANGES.keys) });
  };
  await change('E joins', () => fleet.add('E'), ['A', 'B', 'C', 'D', 'E']);
  await change('B is cordoned', () => fleet.signal('B', 'SIGUSR2'), ['A', 'C', 'D', 'E']);
  await change('B comes back', () => fleet.signal('B', 'SIGURG'), ['A', 'B', 'C', 'D', 'E']);
  await change('C gets SIGTERM', () => fleet.stop('C'), ['A', 'B', 'D', 'E']);
  await change('D gets kill -9', () => fleet.kill('D'), ['A', 'B', 'E'], SETTLED_AFTER_KILL);
  // Slots of the last second may still run.
  const to = timestamp() - 3_000;
  const told = fleet.told();
  await fleet.end();
  await redis.stop();
  return { changes, fleet: told, from, to, verdict: judge(told, from, to) };
}

/** A new replica is started before each old one is stopped, as deployments do. */
async function rollingUpdate() {
  const redis = await RedisServer.start();
  const fleet = new PlacedFleet(redis.url, ROLLING.keys);
  const old = Array.from({ length: ROLLING.replicas }, (_, i) => `old-${i}`);
  for (const id of old) await fleet.add(id, 'old');
  await fleet.comesToRest(old);
  const from = timestamp();
  const fresh: string[] = [];
  for (const [i, id] of old.entries()) {
    fresh.push(`new-${i}`);
    await fleet.add(`new-${i}`, 'new');
    await pass(READY);
    await fleet.stop(id);
  }
  await fleet.comesToRest(fresh);
  await pass(3_000);
  const to = timestamp() - 3_000;
  const told = fleet.told();
  await fleet.end();
  await redis.stop();
  const ofKeys = new Map<string, number>();
  for (const { key } of moves(tenuresOf(told), from)) ofKeys.set(key, (ofKeys.get(key) ?? 0) + 1);
  return { mostMoves: Math.max(0, ...ofKeys.values()), verdict: judge(told, from, to) };
}

class PlacedFleet {
  private readonly apps = new Map<string, MeasuredApp<PlacementEvent>>();
  private readonly killedAt = new Map<string, number>();

  constructor(
    private readonly redis: string,
    private readonly keys: number,
  ) {}

  async add(id: string, version = '1'): Promise<void> {
    const settings: PlacementSettings = {
      redis: this.redis,
      id,
      version,
      keys: this.keys,
      ttl: TTL,
      work: WORK,
    };
    const app = await MeasuredApp.start<PlacementEvent>('placement', settings);
    this.apps.set(id, app);
    await app.next('up');
  }

  async signal(id: string, signal: NodeJS.Signals): Promise<void> {
    this.app(id).signal(signal);
  }

  async stop(id: string): Promise<void> {
    await this.app(id).stop();
  }

  async kill(id: string): Promise<void> {
    this.killedAt.set(id, timestamp());
    await this.app(id).kill();
  }

  told(): readonly Told[] {
    return [...this.apps].map(([replica, app]) => ({
      replica,
      terms: app.events.flatMap((event) => ('key' in event ? [event] : [])),
      runs: app.all('run'),
      killedAt: this.killedAt.get(replica),
    }));
  }

  tenures(): readonly Tenure[] {
    return tenuresOf(this.told());
  }

  /** Waits until these replicas have even shares, and nothing has moved for a while. */
  async comesToRest(replicas: readonly string[]): Promise<void> {
    await until(
      () => {
        const tenures = this.tenures();
        const isEven = unevenness(tenures, timestamp(), replicas, this.keys) <= 1;
        return isEven && moves(tenures, timestamp() - 3_000).length === 0;
      },
      { what: 'the fleet to come to rest', timeout: 60_000, every: 250 },
    ).catch((error: unknown) => {
      const shares = JSON.stringify([...sharesAt(this.tenures(), timestamp())]);
      const late = moves(this.tenures(), timestamp() - 10_000).length;
      throw new Error(`${String(error)}: ${shares}, and ${late} moves in the last 10 s`);
    });
  }

  async end(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.kill()));
  }

  private app(id: string): MeasuredApp<PlacementEvent> {
    const app = this.apps.get(id);
    if (!app) throw new Error(`There is no replica ${id}`);
    return app;
  }
}

/** How many keys have to move so that each of these replicas leads its share, give or take one. */
function leastMoves(before: ReadonlyMap<string, number>, replicas: readonly string[], keys: number): number {
  const [low, high] = [Math.floor(keys / replicas.length), Math.ceil(keys / replicas.length)];
  const counts = replicas.map((replica) => before.get(replica) ?? 0);
  const surplus = counts.reduce((sum, count) => sum + Math.max(0, count - high), 0);
  const missing = counts.reduce((sum, count) => sum + Math.max(0, low - count), 0);
  const homeless = keys - counts.reduce((sum, count) => sum + count, 0);
  return Math.max(surplus + homeless, missing);
}

function seriesOf(fleet: readonly Told[], from: number, to: number) {
  const tenures = tenuresOf(fleet);
  const times = Array.from({ length: Math.ceil((to - from) / STEP) }, (_, i) => from + (i + 0.5) * STEP);
  return fleet.map(({ replica }) => ({
    label: replica,
    counts: times.map((at) => sharesAt(tenures, at).get(replica) ?? 0),
  }));
}
