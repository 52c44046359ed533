import { describe, expect, it } from '@jest/globals';
import type { LeaseRecord } from '../lease/index.js';
import { circuitField, pauseField, recordField, TERMS_FIELD } from '../workers/index.js';
import { assembleView } from './fleet-assembly.js';
import { decodeFlag } from './fleet-flag.js';
import { DISABLED_FIELD } from './ledger-fields.js';
import type { FleetView } from './fleet-view.js';
import type { WorkerOutline } from '../workers/index.js';
import type { ReplicaPresence } from './replica-presence.js';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const KEY = 'orders:leader';
const COUNTS = { iterations: 10, succeeded: 6, errors: 2, aborted: 1, skipped: 3, missed: 4 };

const worker = (changes: Partial<WorkerOutline> = {}): WorkerOutline => ({
  name: 'orders',
  key: KEY,
  schedule: 'every 1000 ms',
  period: 1_000,
  mode: 'started',
  ...changes,
});

const presence = (id: string, changes: Partial<ReplicaPresence> = {}): ReplicaPresence => ({
  id,
  host: 'host',
  pid: 1,
  version: null,
  node: 'v22.0.0',
  uptime: 5,
  eventLoopLag: 0,
  enabled: true,
  extensions: {},
  troubles: [],
  terms: [],
  workers: [worker()],
  ...changes,
});

const lease = (changes: Partial<LeaseRecord> = {}): LeaseRecord => ({
  key: KEY,
  holder: 'a',
  ttl: 20_000,
  token: 7,
  ledger: {},
  ...changes,
});

const ledger = (entries: Record<string, unknown>): LeaseRecord =>
  lease({
    ledger: Object.fromEntries(
      Object.entries(entries).map(([field, value]) => [
        field,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  });

const assemble = (
  leases: readonly LeaseRecord[],
  presences: readonly ReplicaPresence[] = [presence('a'), presence('b')],
  departed: readonly ReplicaPresence[] = [],
): FleetView => assembleView({ now: NOW, askedOf: 'b', presences, departed, leases });

const kinds = ({ warnings }: FleetView) => warnings.map(({ kind }) => kind);

describe('assembleView', () => {
  it('tells who is there, who leads what, and who was asked', () => {
    const view = assemble([lease()], [presence('b'), presence('a')]);
    expect(view).toMatchObject({ asOf: new Date(NOW), current: true, askedOf: 'b', warnings: [] });
    expect(view.replicas.map(({ id, leads }) => [id, leads])).toEqual([
      ['a', [KEY]],
      ['b', []],
    ]);
    expect(view.replicas[0]).not.toHaveProperty('workers');
    expect(view.workers).toMatchObject([{ name: 'orders', state: 'running', leader: 'a', iterations: 0 }]);
  });

  it.each([
    ['led', { holder: 'a' }, 'a', 'running', []],
    ['stale', { holder: 'ghost' }, 'ghost', 'running', ['stale-lease']],
    ['leaderless', { holder: null, ttl: null }, null, 'leaderless', ['leaderless']],
    ['disabled', { holder: 'DISABLED' }, null, 'disabled', ['disabled']],
  ] as const)('says that a key is %s', (state, changes, leader, workerState, warnings) => {
    const view = assemble([lease(changes)]);
    expect(view.keys).toMatchObject([{ state, leader }]);
    expect(view.workers).toMatchObject([{ state: workerState, leader }]);
    expect(kinds(view)).toEqual(warnings);
  });

  describe('what replicas say of their lease store', () => {
    const trouble = (kind: 'store-fault' | 'store-warning', message: string, age: number) => ({
      kind,
      message,
      age,
    });

    it('is one warning for all that say the same, with how long it has been so, worst first', () => {
      const view = assemble(
        [lease({ holder: null, ttl: null })],
        [
          presence('b', {
            troubles: [trouble('store-warning', 'It evicts', 5), trouble('store-fault', 'No EVAL', 7)],
          }),
          presence('a', { troubles: [trouble('store-warning', 'It evicts', 9)] }),
        ],
      );
      expect(view.warnings).toEqual([
        { kind: 'leaderless', key: KEY, message: 'nobody leads' },
        { kind: 'store-fault', replicas: ['b'], age: 7, message: 'No EVAL' },
        { kind: 'store-warning', replicas: ['a', 'b'], age: 9, message: 'It evicts' },
      ]);
      expect(view.replicas[0]).not.toHaveProperty('troubles');
    });

    it('is bounded, and nothing that those say who are gone', () => {
      const many = Array.from({ length: 150 }, (_, i) => trouble('store-warning', `${i}`, 0));
      expect(assemble([], [presence('a', { troubles: many })]).warnings).toHaveLength(100);
      expect(kinds(assemble([lease()], [presence('a')], [presence('x', { troubles: many })]))).toEqual([]);
    });
  });

  describe('of replicas that went without taking leave', () => {
    const reports = worker({ name: 'reports', key: 'reports:leader' });
    const free = { holder: null, ttl: null } as const;

    it('misses a key that nobody else has, with its workers', () => {
      const ghosts = [presence('x', { workers: [reports, worker()] }), presence('y', { workers: [reports] })];
      const view = assemble([lease(), lease({ key: reports.key, ...free })], [presence('a')], ghosts);
      expect(view.replicas.map(({ id }) => id)).toEqual(['a']);
      expect(view.keys.map(({ key, lostWith }) => [key, lostWith])).toEqual([
        [KEY, []],
        [reports.key, ['x', 'y']],
      ]);
      expect(view.workers).toMatchObject([{ name: 'orders' }, { name: 'reports', state: 'leaderless' }]);
      expect(view.warnings).toEqual([
        {
          ...{ kind: 'leaderless', key: reports.key },
          message: 'nobody leads: all that had it are gone, x, y',
        },
      ]);
    });

    it('calls the lease of one of them stale until it ends', () => {
      const ghost = presence('x', { terms: [{ key: KEY, token: 7, since: NOW }] });
      const view = assemble([lease({ holder: 'x' })], [], [ghost]);
      expect(view.keys).toMatchObject([{ state: 'stale', leader: 'x', lostWith: ['x'] }]);
      expect(kinds(view)).toEqual(['stale-lease']);
    });

    it('leaves what goes on elsewhere to who has it now', () => {
      const ghost = presence('x', { workers: [worker({ name: 'renamed-since' })] });
      expect(assemble([lease()], [presence('a')], [ghost]).workers).toMatchObject([{ name: 'orders' }]);
    });
  });

  it('calls a worker absent that its leader does not have, and tells of replicas with different workers', () => {
    const shop = presence('a');
    const bank = presence('b', { workers: [worker({ name: 'rates' })] });
    const view = assemble([lease()], [shop, bank, presence('c', { enabled: false, workers: [] })]);
    expect(view.workers.map(({ name, state }) => [name, state])).toEqual([
      ['orders', 'running'],
      ['rates', 'absent'],
    ]);
    expect(view.warnings).toEqual([
      {
        ...{ kind: 'other-workers', key: KEY },
        message:
          'replicas announce different workers (a: "orders"; b: "rates"); only those of the leader run',
      },
    ]);
  });

  it('does not compare a replica that does not campaign, nor one that is gone', () => {
    const other = [worker({ name: 'rates' })];
    const idle = presence('b', { enabled: false, workers: other });
    expect(kinds(assemble([lease()], [presence('a'), idle], [presence('x', { workers: other })]))).toEqual(
      [],
    );
  });

  it('tells of replicas that disagree on a schedule', () => {
    const presences = [presence('a'), presence('b', { workers: [worker({ schedule: 'every 2000 ms' })] })];
    expect(assemble([lease()], presences).warnings).toEqual([
      {
        ...{ kind: 'other-schedules', key: KEY, worker: 'orders' },
        message: 'replicas announce different schedules (a: every 1000 ms; b: every 2000 ms)',
      },
    ]);
  });

  it('says of a ledger that cannot be read that it cannot, and not that nothing was ordered', () => {
    const view = assemble([lease({ ledger: undefined })]);
    expect(view.warnings).toMatchObject([{ kind: 'unreadable', key: KEY }]);
    expect(view.keys).toMatchObject([{ state: 'led' }]);
  });

  it('puts the worst warnings first', () => {
    const paused = { [pauseField('orders')]: 'x', [circuitField('orders')]: '{"state":"forced-open"}' };
    const view = assemble(
      [
        lease({ ledger: paused }),
        lease({ key: 'a', holder: 'DISABLED' }),
        lease({ key: 'y', holder: 'ghost' }),
        lease({ key: 'z', holder: null }),
        lease({ key: 'b', holder: null }),
      ],
      [presence('a')],
    );
    expect(view.warnings.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      ...['leaderless b', 'leaderless z', 'stale-lease y', `circuit-open ${KEY}`, 'disabled a'],
      `paused ${KEY}`,
    ]);
  });

  it('grows with the fleet, not with its square', () => {
    const size = 4_000;
    const names = Array.from({ length: size }, (_, i) => `w${i}`);
    const workers = names.map((name) => worker({ name, key: `k${name}` }));
    const terms = names.map((name) => ({ key: `k${name}`, token: 7, since: NOW }));
    const reads = { workers: 0, terms: 0 };
    const counted = <Item>(items: readonly Item[], what: keyof typeof reads): readonly Item[] =>
      ({
        ...items,
        *[Symbol.iterator]() {
          for (const item of items) {
            reads[what] += 1;
            yield item;
          }
        },
      }) as unknown as readonly Item[];
    const presences = [
      presence('a', { workers: counted(workers, 'workers'), terms: counted(terms, 'terms') }),
      presence('b', { workers: counted(workers, 'workers') }),
    ];
    const leases = names.map((name) => lease({ key: `k${name}` }));
    const view = assembleView({ now: NOW, askedOf: 'b', presences, departed: [], leases });
    expect(view.replicas.map(({ leads }) => leads.length)).toEqual([size, 0]);
    expect(reads).toEqual({ workers: 2 * size, terms: size });
  });

  it('sorts keys and workers by name', () => {
    const workers = [worker({ name: 'z' }), worker({ name: 'a', key: 'b' })];
    const view = assemble([lease(), lease({ key: 'b' })], [presence('a', { workers })]);
    expect(view.keys.map(({ key }) => key)).toEqual(['b', KEY]);
    expect(view.workers.map(({ name }) => name)).toEqual(['a', 'z']);
  });

  it('shows a worker as its leader does', () => {
    const paused = presence('a', { workers: [worker({ mode: 'paused' })] });
    for (const presences of [
      [paused, presence('b')],
      [presence('b'), paused],
    ])
      expect(assemble([lease()], presences).workers).toMatchObject([{ state: 'paused' }]);
  });

  it('tells what a worker did, from the ledger', () => {
    const record = {
      ...COUNTS,
      ...{ lastStartAt: NOW - 500, lastSuccessAt: NOW - 400, lastErrorAt: null, nextRunAt: NOW + 500 },
      ...{ lastDuration: 1, meanDuration: 2, maxDuration: 3 },
      recentErrors: [{ at: NOW - 9, type: 'TypeError', message: 'x' }],
    };
    const [orders] = assemble([ledger({ [recordField('orders')]: record })]).workers;
    expect(orders).toMatchObject({
      ...{ iterations: 10, succeeded: 6, errors: 2, aborted: 1, skipped: 3, missed: 4, errorRate: 0.25 },
      ...{ lastStartAt: new Date(NOW - 500), lastErrorAt: null, nextRunAt: new Date(NOW + 500) },
      duration: { last: 1, mean: 2, max: 3 },
      recentErrors: [{ at: new Date(NOW - 9), type: 'TypeError', message: 'x' }],
    });
  });

  it.each([
    ['on the grid where it has passed', 1_000, NOW - 2_300, NOW + 700],
    ['as told where there is no grid', undefined, NOW - 2_300, NOW - 2_300],
    ['as told where it is to come', 1_000, NOW + 10, NOW + 10],
  ])('gives the next run %s', (_what, period, nextRunAt, expected) => {
    const record = { ...COUNTS, nextRunAt };
    const view = assemble(
      [ledger({ [recordField('orders')]: record })],
      [presence('a', { workers: [worker({ period })] })],
    );
    expect(view.workers[0]?.nextRunAt).toEqual(new Date(expected));
  });

  it('tells by whom and why a worker is paused and a key disabled', () => {
    const order = { by: 'ada', why: 'closed', at: NOW };
    const told = { by: 'ada', why: 'closed', at: new Date(NOW) };
    const paused = assemble([ledger({ [pauseField('orders')]: order })]);
    expect(paused.workers).toMatchObject([{ state: 'paused', paused: told }]);
    expect(paused.warnings).toMatchObject([{ kind: 'paused', message: 'paused by ada: closed' }]);
    const entries = ledger({ [DISABLED_FIELD]: order });
    expect(assemble([{ ...entries, holder: 'DISABLED' }]).keys).toMatchObject([{ disabled: told }]);
    expect(assemble([entries]).keys).toMatchObject([{ disabled: null }]);
  });

  it.each([
    [{ state: 'open', retryAt: NOW + 1 }, 'open', ['circuit-open']],
    [{ state: 'open', retryAt: NOW }, 'half-open', []],
    [{ state: 'forced-open' }, 'forced-open', ['circuit-open']],
    [{ state: 'closed', failures: 2 }, 'closed', []],
    ['nonsense', 'closed', []],
  ])('reads the circuit breaker %j as %s', (snapshot, state, warnings) => {
    const view = assemble([ledger({ [circuitField('orders')]: snapshot })]);
    expect(view.workers[0]?.circuitBreaker.state).toBe(state);
    expect(kinds(view)).toEqual(warnings);
  });

  it('tells of the last terms, newest first, and of too many of them', () => {
    const terms = Array.from({ length: 4 }, (_, i) => ({
      holder: i === 3 ? 'a' : 'b',
      token: i + 4,
      from: NOW - 100_000 + i,
      to: i === 3 ? null : NOW - 100_000 + i + 1,
      reason: i === 3 ? null : 'stop',
    }));
    const [key] = assemble([ledger({ [TERMS_FIELD]: terms })]).keys;
    expect(key?.terms.map(({ token }) => token)).toEqual([7, 6, 5, 4]);
    expect(key).toMatchObject({ since: new Date(NOW - 99_997), recentTerms: 4 });
    expect(kinds(assemble([ledger({ [TERMS_FIELD]: terms })]))).toEqual(['flapping']);
    expect(kinds(assemble([ledger({ [TERMS_FIELD]: terms.slice(1) })]))).toEqual([]);
  });

  it('knows of a term before its leader has renewed', () => {
    const presences = [presence('a', { terms: [{ key: KEY, token: 7, since: NOW - 5 }] })];
    expect(assemble([lease()], presences).keys).toMatchObject([
      { since: new Date(NOW - 5), terms: [{ leader: 'a', token: 7, to: null, reason: null }] },
    ]);
    expect(assemble([lease({ token: NOW })], [presence('a')]).keys[0]?.since).toEqual(new Date(NOW));
  });

  it.each<[string, Partial<LeaseRecord>, readonly (Date | null)[]]>([
    ['its holder is not there', { holder: 'ghost' }, [new Date(NOW - 40_000)]],
    ['nobody leads', { holder: null, ttl: null }, [new Date(NOW - 40_000)]],
    ['its successor has not told of itself yet', { holder: 'a', token: 8 }, [null, new Date(NOW - 40_000)]],
    ['it goes on', { holder: 'a' }, [null]],
  ])('tells of the last sign of work of a term without an end: %s', (_, now, signs) => {
    const holder = now.holder === 'a' && now.token === undefined ? 'a' : 'ghost';
    const told = ledger({
      [TERMS_FIELD]: [{ holder, token: 7, from: NOW - 90_000, to: null, reason: null }],
      [recordField('orders')]: { lastStartAt: NOW - 41_000, lastSuccessAt: NOW - 40_000 },
    });
    const [key] = assemble([{ ...told, ...now }]).keys;
    expect(key?.terms.map(({ lastSignAt }) => lastSignAt)).toEqual(signs);
  });

  it('tells of the last words of a leader that is gone, however seldom it works', () => {
    const gone = presence('x', { at: NOW - 9_000, terms: [{ key: KEY, token: 7, since: NOW - 90_000 }] });
    const told = ledger({
      [TERMS_FIELD]: [{ holder: 'x', token: 7, from: NOW - 90_000, to: null, reason: null }],
    });
    for (const holder of ['x', null]) {
      const facts = { now: NOW, askedOf: 'b', presences: [presence('b')], departed: [gone] };
      const view = assembleView({ ...facts, leases: [{ ...told, holder }] });
      expect(view.keys[0]?.terms).toMatchObject([{ leader: 'x', lastSignAt: new Date(NOW - 9_000) }]);
    }
  });

  it('takes nonsense in the ledger for nothing', () => {
    const entries = Object.fromEntries(
      [recordField('orders'), circuitField('orders'), TERMS_FIELD].map((field) => [field, '{"']),
    );
    expect(assemble([ledger(entries)]).workers).toMatchObject([{ iterations: 0, state: 'running' }]);
  });
});

describe('decodeFlag', () => {
  it.each<[string | undefined, unknown]>([
    [undefined, undefined],
    ['by hand', { by: '', why: 'by hand', at: new Date(0) }],
    ['{"by":"ada","why":"x","at":5}', { by: 'ada', why: 'x', at: new Date(5) }],
    ['{"by":1,"at":1e300}', { by: '', why: '', at: new Date(0) }],
    ['null', { by: '', why: 'null', at: new Date(0) }],
  ])('reads %s', (text, order) => {
    expect(decodeFlag(text)).toEqual(order);
  });
});
