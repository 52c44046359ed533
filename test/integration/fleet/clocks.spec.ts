import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { ControlRecord, FleetView } from 'nestjs-background-services/fleet';
import { cleanUpAll, startProcess } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { FleetApp, KEY, REASON } from './fleet-app.js';
import { type ClockKind, clockOf, environmentOf } from './wrong-clocks.js';

const PROGRAM = resolve('libs/background-services/bin/nestjs-background-services.js');
const OPEN_FOR = 600_000;
/** What a time may be beside the expected one, ms: far more than anything here takes, and far less than clocks are wrong by. */
const NEAR = 20_000;

interface Clocks {
  readonly leader: ClockKind;
  readonly standby: ClockKind;
  /** Of the machine on which an operator runs the command line. */
  readonly operator: ClockKind;
}

const near = (time: Date | string | null, ahead = 0) =>
  time !== null && Math.abs(new Date(time).getTime() - Date.now() - ahead) < NEAR;

/** Of a replica or of the command line, without what makes it unique. */
const nameOf = (instanceId: string) => instanceId.replace(/-[0-9a-f]{8}$|@.*$/, '');

/** What a fleet of two replicas, its operator and a monitor make of such clocks. */
async function observe({ leader, standby, operator }: Clocks) {
  const { url: redis } = await RedisServer.start();
  const slots: number[] = [];
  const workers = [
    {
      name: 'failing',
      circuitBreaker: { failureThreshold: 2, openDuration: OPEN_FOR },
      run: () => {
        throw new Error('on purpose');
      },
    },
    {
      name: 'each-second',
      schedule: { cron: '* * * * * *' },
      misfire: 'fire-all',
      run: ({ scheduledAt }: { readonly scheduledAt: Date }) => slots.push(scheduledAt.getTime()),
    },
    { name: 'by-hand', schedule: { every: 3_600_000 } },
    { name: 'paused', schedule: { every: 3_600_000 } },
  ] as const;
  const start = (name: string, kind: ClockKind) =>
    FleetApp.start(name, { redis, ttl: 3_000, clock: clockOf(kind), workers });
  const cli = async (...args: readonly string[]) => {
    const started = await startProcess(PROGRAM, args, {
      env: { REDIS_URL: redis, ...environmentOf(operator) },
    });
    const { code } = await started.exited;
    return { code, out: started.lines.map(({ text }) => text) };
  };

  const first = await start('first', leader);
  await until(() => first.leads, { what: 'a leader' });
  const second = await start('second', standby);
  await until(() => second.status.viewAnew(), {
    what: 'the breaker to open, slots to run and both replicas to be seen',
    satisfies: ({ replicas, workers: [, slotted, failing] }) =>
      replicas.length === 2 && slotted!.iterations >= 2 && failing!.circuitBreaker.state === 'open',
  });
  const triggered = await second.control.trigger('by-hand', REASON);
  // The leader tells of a run with its next renewal.
  await until(() => second.status.viewAnew(), {
    what: 'the run by hand to be told of',
    satisfies: ({ workers: all }) =>
      all.some(({ name, lastStartAt }) => name === 'by-hand' && lastStartAt !== null),
  });
  const paused = await cli('pause', 'paused', '--why', 'a test', '--by', 'ada');
  const checked = await cli('status', '--check', '--json');
  const shown = await cli('status');
  const audit = JSON.parse((await cli('audit', '--json')).out[0]!) as ControlRecord[];
  const asked = JSON.parse(checked.out[0]!) as FleetView;
  const told = await second.status.viewAnew();

  const stepped = await second.control.stepDown(KEY, REASON);
  const before = slots.length;
  await until(() => slots.length >= before + 2, { what: 'slots to run under the other leader' });

  const answersOf = ({ asOf, keys, workers: all, warnings }: FleetView) => ({
    asOf: near(asOf),
    keys: keys.map(({ state, leader: who, since }) => [state, who && nameOf(who), near(since)]),
    workers: all.map(({ name, state, circuitBreaker, lastStartAt, nextRunAt, lastErrorAt, period }) => ({
      ...{ name, state, circuit: circuitBreaker.state },
      retries: circuitBreaker.retryAt && near(circuitBreaker.retryAt, OPEN_FOR),
      started: lastStartAt && near(lastStartAt),
      // The leader tells with its next renewal that a worker is paused.
      next: state === 'paused' ? null : nextRunAt && near(nextRunAt, period! > NEAR ? period! : 0),
      failed: lastErrorAt && near(lastErrorAt),
    })),
    warnings: warnings.map(({ kind, worker }) => [kind, worker]),
  });
  const outcomeOf = ({ action, target, outcome, replica, at }: ControlRecord) => ({
    ...{ action, target, outcome, at: near(at), by: nameOf(replica) },
  });
  return {
    operator: answersOf(asked),
    replica: answersOf(told),
    orders: [triggered, stepped, ...audit].map(outcomeOf),
    commands: [paused.code, checked.code, shown.code],
    hours: shown.out.filter((line) => /\dh( \d+m)? ago|in [2-9]h/.test(line)),
    slots: {
      gaps: slots.filter((slot, i) => i > 0 && slot - slots[i - 1]! !== 1_000),
      near: near(new Date(slots.at(-1)!)),
    },
  };
}

const VIEW = {
  asOf: true,
  keys: [['led', 'first', true]],
  workers: [
    {
      name: 'by-hand',
      state: 'running',
      circuit: 'closed',
      retries: null,
      started: true,
      next: true,
      failed: null,
    },
    {
      name: 'each-second',
      state: 'running',
      circuit: 'closed',
      retries: null,
      started: true,
      next: true,
      failed: null,
    },
    {
      name: 'failing',
      state: 'running',
      circuit: 'open',
      retries: true,
      started: true,
      next: true,
      failed: true,
    },
    {
      name: 'paused',
      state: 'paused',
      circuit: 'closed',
      retries: null,
      started: null,
      next: null,
      failed: null,
    },
  ],
  warnings: [
    ['circuit-open', 'failing'],
    ['paused', 'paused'],
  ],
};

/** What right clocks lead to. */
const RIGHT = {
  operator: VIEW,
  replica: VIEW,
  orders: [
    { action: 'trigger', target: 'by-hand', outcome: 'done', at: true, by: 'first' },
    { action: 'step-down', target: KEY, outcome: 'done', at: true, by: 'first' },
    { action: 'pause', target: 'paused', outcome: 'done', at: true, by: 'cli' },
    { action: 'trigger', target: 'by-hand', outcome: 'done', at: true, by: 'first' },
  ],
  commands: [0, 1, 0],
  hours: [],
  slots: { gaps: [], near: true },
};

const CASES: readonly Clocks[] = [
  { leader: 'right', standby: 'right', operator: 'right' },
  { leader: 'right', standby: 'ahead', operator: 'behind' },
  { leader: 'ahead', standby: 'right', operator: 'ahead' },
  { leader: 'behind', standby: 'stepping', operator: 'right' },
  { leader: 'stepping back', standby: 'behind', operator: 'stepping' },
];

describe('A fleet answers as with right clocks', () => {
  let observations: readonly PromiseSettledResult<Awaited<ReturnType<typeof observe>>>[];

  beforeAll(async () => {
    observations = await Promise.allSettled(CASES.map(observe));
  });
  afterAll(cleanUpAll);

  it.each(CASES.map((clocks, i) => ({ ...clocks, i })))(
    'where those of leader, standby and operator are $leader, $standby and $operator',
    ({ i }) => {
      const observed = observations[i]!;
      if (observed.status === 'rejected') throw observed.reason;
      expect(observed.value).toEqual(RIGHT);
    },
  );
});
