import { describe, expect, it } from '@jest/globals';
import type { LeaseRecord } from '../lease/index.js';
import { circuitField, holdField, recordField, TERMS_FIELD } from '../workers/index.js';
import { assembleView, decodeOrder, DISABLED_FIELD } from './assemble-view.js';
import type { FleetView } from './fleet-view.js';
import type { CardWorker, ReplicaCard } from './replica-card.js';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const KEY = 'orders:leader';
const COUNTS = { iterations: 10, succeeded: 6, errors: 2, aborted: 1, skipped: 3, missed: 4 };

const worker = (changes: Partial<CardWorker> = {}): CardWorker => ({
  name: 'orders',
  key: KEY,
  schedule: 'every 1000 ms',
  period: 1_000,
  mode: 'started',
  ...changes,
});

const card = (id: string, changes: Partial<ReplicaCard> = {}): ReplicaCard => ({
  id,
  host: 'host',
  pid: 1,
  version: null,
  node: 'v22.0.0',
  uptime: 5,
  eventLoopLag: 0,
  enabled: true,
  extensions: {},
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
  cards: readonly ReplicaCard[] = [card('a'), card('b')],
  departed: readonly ReplicaCard[] = [],
): FleetView => assembleView({ now: NOW, askedOf: 'b', cards, departed, leases });

const kinds = ({ warnings }: FleetView) => warnings.map(({ kind }) => kind);

describe('assembleView', () => {
  it('tells who is there, who leads what, and who was asked', () => {
    const view = assemble([lease()], [card('b'), card('a')]);
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

  describe('of replicas that went without taking leave', () => {
    const reports = worker({ name: 'reports', key: 'reports:leader' });
    const free = { holder: null, ttl: null } as const;

    it('misses a key that nobody else has, with its workers', () => {
      const ghosts = [card('x', { workers: [reports, worker()] }), card('y', { workers: [reports] })];
      const view = assemble([lease(), lease({ key: reports.key, ...free })], [card('a')], ghosts);
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
      const ghost = card('x', { terms: [{ key: KEY, token: 7, since: NOW }] });
      const view = assemble([lease({ holder: 'x' })], [], [ghost]);
      expect(view.keys).toMatchObject([{ state: 'stale', leader: 'x', lostWith: ['x'] }]);
      expect(kinds(view)).toEqual(['stale-lease']);
    });

    it('leaves what goes on elsewhere to who has it now', () => {
      const ghost = card('x', { workers: [worker({ name: 'renamed-since' })] });
      expect(assemble([lease()], [card('a')], [ghost]).workers).toMatchObject([{ name: 'orders' }]);
    });
  });

  it('sorts keys and workers by name', () => {
    const workers = [worker({ name: 'z' }), worker({ name: 'a', key: 'b' })];
    const view = assemble([lease(), lease({ key: 'b' })], [card('a', { workers })]);
    expect(view.keys.map(({ key }) => key)).toEqual(['b', KEY]);
    expect(view.workers.map(({ name }) => name)).toEqual(['a', 'z']);
  });

  it('shows a worker as its leader does', () => {
    const paused = card('a', { workers: [worker({ mode: 'paused' })] });
    for (const cards of [
      [paused, card('b')],
      [card('b'), paused],
    ])
      expect(assemble([lease()], cards).workers).toMatchObject([{ state: 'paused' }]);
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
      ...{ iterations: 10, errors: 2, aborted: 1, skipped: 3, missed: 4, errorRate: 0.25 },
      ...{ lastStartAt: new Date(NOW - 500), lastErrorAt: null, nextRunAt: new Date(NOW + 500) },
      duration: { last: 1, mean: 2, max: 3 },
      recentErrors: [{ at: new Date(NOW - 9), type: 'TypeError', message: 'x' }],
    });
  });

  it.each([
    ['on the grid where it has passed', 1_000, NOW - 2_300, NOW + 700],
    ['as told where there is no grid', null, NOW - 2_300, NOW - 2_300],
    ['as told where it is to come', 1_000, NOW + 10, NOW + 10],
  ])('gives the next run %s', (_what, period, nextRunAt, expected) => {
    const record = { ...COUNTS, nextRunAt };
    const view = assemble(
      [ledger({ [recordField('orders')]: record })],
      [card('a', { workers: [worker({ period })] })],
    );
    expect(view.workers[0]?.nextRunAt).toEqual(new Date(expected));
  });

  it('tells by whom and why a worker is paused and a key disabled', () => {
    const order = { by: 'ada', why: 'closed', at: NOW };
    const told = { by: 'ada', why: 'closed', at: new Date(NOW) };
    const paused = assemble([ledger({ [holdField('orders')]: order })]);
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
    const cards = [card('a', { terms: [{ key: KEY, token: 7, since: NOW - 5 }] })];
    expect(assemble([lease()], cards).keys).toMatchObject([
      { since: new Date(NOW - 5), terms: [{ leader: 'a', token: 7, to: null, reason: null }] },
    ]);
    expect(assemble([lease({ token: NOW })], [card('a')]).keys[0]?.since).toEqual(new Date(NOW));
  });

  it('takes nonsense in the ledger for nothing', () => {
    const entries = Object.fromEntries(
      [recordField('orders'), circuitField('orders'), TERMS_FIELD].map((field) => [field, '{"']),
    );
    expect(assemble([ledger(entries)]).workers).toMatchObject([{ iterations: 0, state: 'running' }]);
  });
});

describe('decodeOrder', () => {
  it.each<[string | undefined, unknown]>([
    [undefined, undefined],
    ['by hand', { by: '', why: 'by hand', at: new Date(0) }],
    ['{"by":"ada","why":"x","at":5}', { by: 'ada', why: 'x', at: new Date(5) }],
    ['{"by":1,"at":1e300}', { by: '', why: '', at: new Date(0) }],
    ['null', { by: '', why: 'null', at: new Date(0) }],
  ])('reads %s', (text, order) => {
    expect(decodeOrder(text)).toEqual(order);
  });
});
