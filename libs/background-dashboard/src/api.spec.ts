import { afterEach, describe, expect, it } from '@jest/globals';
import type { ControlResult } from 'nestjs-background-services/fleet';
import { StoreError } from 'nestjs-background-services/store';
import { ACTS, bootDashboard, closeApps, get, KEY, post, yes } from './spec-support/boot-dashboard.js';

afterEach(closeApps);

const open = { guard: yes, page: false };
const PROBLEM = 'application/problem+json; charset=utf-8';
const keyPath = `/background/api/keys/${encodeURIComponent(KEY)}`;

describe.each(['express', 'fastify'] as const)('The API on %s', (adapter) => {
  it('shows the fleet, a worker and stale leases', async () => {
    const app = await bootDashboard(open, { adapter });
    const fleet = await get(app, '/background/api/fleet');
    expect(fleet).toMatchObject({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: {
        current: true,
        keys: [{ key: KEY, state: 'led' }],
        workers: [{ name: 'prices', state: 'running' }],
      },
    });
    expect(fleet.headers['cache-control']).toBe('no-store');
    expect(await get(app, '/background/api/workers/prices')).toMatchObject({
      status: 200,
      body: { current: true, worker: { name: 'prices', key: KEY }, key: { key: KEY, state: 'led' } },
    });
    expect(await get(app, '/background/api/leases/stale')).toMatchObject({ status: 200, body: [] });
  });

  it('acts, and keeps who did it and why', async () => {
    const app = await bootDashboard(open, { adapter });
    const order = { why: 'the feed is down', by: 'ada' };
    expect(await post(app, '/background/api/workers/prices/pause', order)).toMatchObject({
      status: 200,
      body: { ...order, action: 'pause', target: 'prices', outcome: 'done' },
    });
    expect(await get(app, '/background/api/workers/prices')).toMatchObject({
      body: { worker: { state: 'paused', paused: order } },
    });
    expect(await post(app, '/background/api/workers/prices/trigger', order)).toMatchObject({
      status: 409,
      type: 'application/json; charset=utf-8',
      body: { action: 'trigger', outcome: 'refused' },
    });
    expect(await post(app, '/background/api/workers/prices/resume', order)).toMatchObject({ status: 200 });
    expect(await post(app, '/background/api/workers/prices/trigger', order)).toMatchObject({ status: 200 });
    expect(await post(app, `${keyPath}/disable`, { ...order, duration: 60_000 })).toMatchObject({
      status: 200,
    });
    expect(await post(app, `${keyPath}/enable`, order)).toMatchObject({ status: 200 });
    const audit = await get(app, '/background/api/audit?limit=2');
    expect(audit).toMatchObject({ status: 200, body: [{ action: 'enable' }, { action: 'disable' }] });
  });
});

describe('What the API answers', () => {
  const record = (outcome: ControlResult) => async () => ({ outcome }) as never;

  it.each([
    ['done', 200],
    ['pending', 202],
    ['refused', 409],
  ] as const)('to an act that is %s is %i', async (outcome, status) => {
    const all = [
      ...['pause', 'resume', 'trigger', 'resetCircuitBreaker', 'forceOpenCircuitBreaker'],
      ...['stepDown', 'disable', 'enable', 'expireLease', 'cordon', 'uncordon'],
    ].map((act) => [act, record(outcome)]);
    const app = await bootDashboard(open, { fleet: { control: Object.fromEntries(all) as object } });
    for (const path of ACTS) {
      const body = { why: 'a test', by: 'tester', duration: 1_000 };
      const answer = await post(app, `/background/api/${path}`, body);
      expect([path, answer.status, answer.body]).toEqual([path, status, { outcome }]);
    }
  });

  it('hand on which worker is meant, and the Idempotency-Key', async () => {
    const asked: unknown[] = [];
    const trigger = async (...args: unknown[]) => {
      asked.push(args);
      return { outcome: 'done' } as never;
    };
    const app = await bootDashboard(open, { fleet: { control: { trigger } } });
    const url = `${await app.getUrl()}/background/api/workers/intraday-prices/trigger?key=prices%3Aleader`;
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'click-1' },
      body: JSON.stringify({ why: 'a test', by: 'tester' }),
    });
    expect(asked).toEqual([
      ['intraday-prices', { why: 'a test', by: 'tester', key: 'prices:leader', id: 'click-1' }],
    ]);
  });

  it.each(ACTS)('to an order without a reason is 400: %s', async (path) => {
    const app = await bootDashboard(open);
    for (const body of [{}, [], { by: 'ada' }, { by: 'ada', why: ' ' }, { by: 'ada', why: { length: 5 } }])
      expect(await post(app, `/background/api/${path}`, body)).toMatchObject({
        status: 400,
        type: PROBLEM,
        body: { type: 'urn:nestjs-background:invalid-order', status: 400, code: 'BGS_INVALID_ORDER' },
      });
  });

  it.each([undefined, '1000', 0, -1, 1.5, 1e300, null])('to a duration of %p is 400', async (duration) => {
    const app = await bootDashboard(open);
    const order = { why: 'a test', by: 'ada', duration };
    expect(await post(app, `${keyPath}/disable`, order)).toMatchObject({ status: 400, type: PROBLEM });
  });

  it.each(['0', '-1', '201', '1e2', 'many', ''])('to ?limit=%s is 400', async (limit) => {
    const app = await bootDashboard(open);
    expect(await get(app, `/background/api/audit?limit=${limit}`)).toMatchObject({
      status: 400,
      type: PROBLEM,
      body: { code: 'BGS_INVALID_ORDER' },
    });
  });

  it.each([
    'nobody',
    '__proto__',
    'constructor',
    '<script>alert(1)</script>',
    'a/b',
    '%',
    '?x=1#y',
    '🙈',
    "'; --",
  ])('for a worker or key of the name %p is 404', async (name) => {
    const app = await bootDashboard(open);
    const path = encodeURIComponent(name);
    const worker = { status: 404, type: PROBLEM, body: { code: 'BGS_WORKER_NOT_FOUND' } };
    expect(await get(app, `/background/api/workers/${path}`)).toMatchObject(worker);
    expect(await post(app, `/background/api/workers/${path}/pause`)).toMatchObject(worker);
    expect(await post(app, `/background/api/keys/${path}/step-down`)).toMatchObject({
      status: 404,
      type: PROBLEM,
      body: { type: 'urn:nestjs-background:key-not-found', code: 'BGS_KEY_NOT_FOUND' },
    });
  });

  it('while the store does not answer is 503', async () => {
    const fail = () => Promise.reject(new StoreError('The store did not answer within 700 ms'));
    const view = async () =>
      ({ asOf: new Date(), current: false, problem: 'down', workers: [], keys: [] }) as never;
    const app = await bootDashboard(open, {
      fleet: { status: { view }, control: { audit: fail, staleLeases: fail, pause: fail } },
    });
    const problem = { status: 503, type: PROBLEM, body: { code: 'BGS_STORE', status: 503 } };
    expect(await get(app, '/background/api/audit')).toMatchObject(problem);
    expect(await get(app, '/background/api/leases/stale')).toMatchObject(problem);
    expect(await get(app, '/background/api/workers/prices')).toMatchObject(problem);
    expect(await post(app, '/background/api/workers/prices/pause')).toMatchObject(problem);
    // What was known last is still worth a look, and says so.
    expect(await get(app, '/background/api/fleet')).toMatchObject({ status: 200, body: { current: false } });
  });

  it('names who was identified, whatever the body says', async () => {
    const app = await bootDashboard({
      ...open,
      identify: (request: { headers: Record<string, string> }) => request.headers['x-user'],
    });
    const path = '/background/api/workers/prices/pause';
    expect(await post(app, path, { why: 'a test', by: 'mallory' }, { 'x-user': 'ada' })).toMatchObject({
      status: 200,
      body: { by: 'ada' },
    });
    expect(await post(app, path, { why: 'a test', by: 'mallory' })).toMatchObject({ status: 400 });
  });
});

describe('Acts', () => {
  const path = '/background/api/workers/prices/pause';

  it.each([
    [403, { 'sec-fetch-site': 'cross-site' }],
    [403, { 'sec-fetch-site': 'same-site' }],
    [403, { origin: 'https://evil.example', host: 'ops.example' }],
    [403, { origin: 'null', host: 'ops.example' }],
    [403, { origin: 'https://ops.example.evil.example', host: 'ops.example' }],
    [403, { 'sec-fetch-site': 'cross-site', origin: 'https://ops.example', host: 'ops.example' }],
    [200, { 'sec-fetch-site': 'same-origin', origin: 'https://ops.example', host: 'rewritten' }],
    [200, { origin: 'https://ops.example', host: 'ops.example' }],
    [200, {}],
  ])('answer %i to the headers %j', async (status, headers) => {
    const app = await bootDashboard(open);
    const answer = await post(app, path, undefined, headers);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer).toMatchObject({ type: PROBLEM, body: { code: 'BGS_CROSS_ORIGIN' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])(
    'refuse what a form can send: %s',
    async (type) => {
      const app = await bootDashboard(open);
      expect(await post(app, path, undefined, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'BGS_NOT_JSON' },
      });
    },
  );

  it('are only reached by POST', async () => {
    const app = await bootDashboard(open);
    for (const act of ACTS) expect(await get(app, `/background/api/${act}`)).toMatchObject({ status: 404 });
  });
});

describe('The path', () => {
  it('is of the host’s choice, below its prefix', async () => {
    const app = await bootDashboard({ ...open, path: '/ops/workers/' }, { prefix: 'v1' });
    expect(await get(app, '/v1/ops/workers/api/fleet')).toMatchObject({ status: 200 });
    expect(await get(app, '/background/api/fleet')).toMatchObject({ status: 404 });
  });

  it('may be the root', async () => {
    const app = await bootDashboard({ ...open, path: '/' });
    expect(await get(app, '/api/fleet')).toMatchObject({ status: 200 });
  });
});
