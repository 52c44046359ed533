import { setTimeout as pass } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { OrdersEvent, OrdersSettings } from './apps/orders-settings.js';
import type { Benchmark } from './benchmark.js';
import { fleetFile, mainFile, OTHER_BUILD } from './support/builds.js';
import { MeasuredApp } from './support/measured-app.js';

const SIZES = [
  { leases: 1_000, atMost: 100 },
  { leases: 10_000, atMost: 300 },
] as const;
const REPLICAS = 50;
const CARD = 4_096;
const BOARD = '{background-services}:';

interface Observation {
  readonly label: string;
  readonly leases: number;
  readonly card: number;
  /** The slowest of each, from the order to what it did, ms. */
  readonly effects: ReadonlyMap<string, number>;
  readonly lost: number;
  readonly leaderWait: number;
  readonly view: number;
  readonly viewWait: number;
}

export const orders: Benchmark = {
  name: 'orders',
  title: `Orders to one replica that leads many leases, given by another one: from the call to what it does there, the slowest of five each; then the fleet's view with ${REPLICAS} replicas, of which most are copies of the leader's card. Waits of the event loop include what other processes take of the machine. With \`BENCH_OTHER_BUILD\` another build is measured with ${SIZES[0].leases} leases.`,

  async run() {
    const seen: Observation[] = [];
    for (const { leases } of SIZES) seen.push(await observe('this build', { leases }));
    if (OTHER_BUILD)
      seen.push(
        await observe('the other build', {
          leases: SIZES[0].leases,
          library: mainFile(OTHER_BUILD),
          fleet: fleetFile(OTHER_BUILD),
        }),
      );
    const actions = [...(seen[0]?.effects.keys() ?? [])];
    return {
      tables: [
        {
          columns: [
            ...['', 'leases', 'card, bytes', ...actions.map((action) => `${action}, ms`), 'terms lost'],
            ...['longest wait of the leader, ms', 'view, ms', 'longest wait of whoever looks, ms'],
          ],
          rows: seen.map((side) => [
            ...[side.label, side.leases, side.card, ...actions.map((each) => side.effects.get(each) ?? NaN)],
            ...[side.lost, side.leaderWait, side.view, side.viewWait],
          ]),
        },
      ],
      goals: SIZES.flatMap(({ leases, atMost }, i) => {
        const { effects, card, lost } = seen[i]!;
        const of = `with ${leases} leases`;
        return [
          { name: `slowest order ${of}`, figure: Math.max(...effects.values()), unit: 'ms', atMost },
          { name: `terms lost over orders ${of}`, figure: lost, atMost: 0 },
          { name: `card of the leader ${of}`, figure: card, unit: 'bytes', atMost: CARD },
        ];
      }),
    };
  },
};

async function observe(
  label: string,
  settings: Omit<OrdersSettings, 'redis' | 'role'>,
): Promise<Observation> {
  const redis = await RedisServer.start();
  const client = new Redis(redis.url);
  const start = (role: OrdersSettings['role']) =>
    MeasuredApp.start<OrdersEvent>('orders', { ...settings, role, redis: redis.url });
  const leader = await start('leader');
  await leader.next('ready', { timeout: 120_000 });
  const card = await cardOf(client);
  for (let i = 1; i < REPLICAS; i += 1) {
    await client.set(`${BOARD}replica:copy-${i}`, card, 'EX', 3_600);
    await client.sadd(`${BOARD}replicas`, `copy-${i}`);
  }
  const operator = await start('operator');
  await operator.next('ready');
  // What follows the election is over: the first look at all flags, the first statuses.
  await pass(10_000);
  await leader.ask('SIGUSR2', 'account');
  const done = await operator.ask('SIGUSR2', 'done');
  const { lost, longestWait } = await leader.ask('SIGUSR2', 'account');
  const effects = new Map<string, number>();
  const told = leader.all('effect');
  const types: Readonly<Record<string, string>> = { pause: 'paused', resume: 'resumed', disable: 'revoked' };
  for (const { action, askedAt, answeredAt, outcome } of done.orders) {
    const effect = told.find(({ type, at }) => type === types[action] && at >= askedAt);
    const took =
      outcome !== 'done'
        ? Infinity
        : action === 'trigger'
          ? answeredAt - askedAt
          : (effect?.at ?? Infinity) - askedAt;
    effects.set(action, Math.max(effects.get(action) ?? 0, took));
  }
  const disabled = done.orders.filter(({ action }) => action === 'disable').length;
  await Promise.all([operator.kill(), leader.kill()]);
  client.disconnect();
  await redis.stop();
  return {
    ...{ label, leases: settings.leases, card: Buffer.byteLength(card), effects, lost: lost - disabled },
    ...{ leaderWait: longestWait, view: done.view, viewWait: done.longestWait },
  };
}

/** What the leader posts once its list of workers is there. */
async function cardOf(client: Redis): Promise<string> {
  let text = '';
  await until(
    async () => {
      const [id = ''] = await client.smembers(`${BOARD}replicas`);
      text = (await client.get(`${BOARD}replica:${id}`)) ?? '';
      return text.includes('"catalogue"') || text.includes('"worker-0"');
    },
    { what: 'the leader to post its workers', every: 200, timeout: 30_000 },
  );
  return text;
}
