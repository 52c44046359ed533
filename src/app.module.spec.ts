import { type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackgroundServiceManager } from 'nestjs-background-services';
import request from 'supertest';
import { until } from '../test/support/until.js';

import { API_DOCS, serveApiDocs } from './http/api-docs.js';

describe('AppModule', () => {
  let app: INestApplication<Server>;

  beforeAll(async () => {
    // The environment is read when the module is imported. What is empty here, no .env file fills in.
    const alone = { REDIS_URL: '', DATABASE_URL: '', DATA_DIR: 'memory://', JOBS_FILE: 'memory://' };
    Object.assign(process.env, { ...alone, API_KEY: 'secret', MARKET_HOURS: 'always' });
    const { AppModule } = await import('./app.module.js');
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = moduleRef.createNestApplication<INestApplication<Server>>({ logger: false });
    serveApiDocs(app);
    await app.init();
  }, 60_000);
  afterAll(() => app.close());

  const get = (path: string) => request(app.getHttpServer()).get(path);
  const bodyOf = ({ body }: { readonly body: unknown }) => body;
  const messageOf = (response: { readonly body: unknown }) =>
    (bodyOf(response) as { message: unknown }).message;

  it('runs its workers under leases, and the feed monitor without', () => {
    const workers = app.get(BackgroundServiceManager).list();
    expect(workers.map(({ name, key }) => [name, key]).sort()).toEqual([
      ['candles', 'aggregation:candles:leader'],
      ['daily-portfolio-snapshot', 'portfolio:daily_scheduler:leader'],
      ['end-of-day-capture', 'portfolio:end_of_day:leader'],
      ['intraday-portfolio', 'portfolio:background_services:leader'],
      ['market-depth', 'aggregation:depth:leader'],
      ['sentiment', 'aggregation:sentiment:leader'],
      ['ticker', 'ticker:loop:leader'],
    ]);
  });

  it('serves its health', async () => {
    await get('/health/background').expect(200);
    await get('/health/live').expect(200);
    await get('/health/ready').expect(200);
  });

  it('serves the health of its aggregators, in the words of old', async () => {
    const body = bodyOf(await get('/api/health/aggregators').expect(200));
    const service = { status: 'healthy', circuit_breaker: 'closed', errors: 0, error_rate: 0 };
    expect(body).toMatchObject({
      overall_status: 'healthy',
      services: { candles: service, 'market-depth': service, sentiment: service },
    });
    expect(Object.keys((body as { services: { candles: object } }).services.candles).sort()).toEqual([
      'circuit_breaker',
      'error_rate',
      'errors',
      'iterations',
      'running',
      'status',
    ]);
  });

  it('calls aggregators healthy that another replica leads', async () => {
    const manager = app.get(BackgroundServiceManager);
    await until(() => manager.isLeader('aggregation:sentiment:leader'), {
      what: 'a leader of the sentiment',
    });
    await manager.stepDown('aggregation:sentiment:leader');
    expect(bodyOf(await get('/api/health/aggregators').expect(200))).toMatchObject({
      overall_status: 'healthy',
      services: { sentiment: { status: 'standby', running: false } },
    });
  });

  it('finds nothing under a path with control characters, whatever the path', async () => {
    const { paths } = bodyOf(await get(`/${API_DOCS}.json`)) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const templates = Object.keys(paths).filter((path) => path.includes('{') && paths[path]?.['get']);
    expect(templates.length).toBeGreaterThan(6);
    for (const template of templates) {
      for (const hostile of [
        '%00',
        'a%00b',
        '%1b%5b31m',
        '%0d%0a',
        '%C2%9B',
        '%ED%A0%80',
        '%F0',
        '%2e%2e%2f',
      ]) {
        const { status } = await get(template.replaceAll(/\{\w+\}/g, hostile));
        expect([template, hostile, [400, 401, 404].includes(status) ? 'refused' : status]).toEqual([
          template,
          hostile,
          'refused',
        ]);
      }
    }
  });

  it('asks for the API key, in the document, wherever a guard does', async () => {
    const { paths, components } = bodyOf(await get(`/${API_DOCS}.json`)) as {
      paths: Record<
        string,
        Record<string, { security?: object[]; responses: object; requestBody?: unknown }>
      >;
      components: { securitySchemes: object };
    };
    expect(components.securitySchemes).toHaveProperty('x-api-key');
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        const concrete = path.replaceAll(/\{\w+\}/g, '018f0000-0000-7000-8000-000000000000');
        const { status } = await request(app.getHttpServer())[method as 'get'](concrete);
        expect([method, path, security ?? []]).toEqual([
          method,
          path,
          status === 401 ? [{ 'x-api-key': [] }] : [],
        ]);
      }
    }
    const submit = paths['/historical/option']?.['post'];
    expect(Object.keys(submit?.responses ?? {})).toEqual(['200', '202', '400', '401', '429', '503']);
    expect(submit?.requestBody).toMatchObject({
      content: { 'application/json': { examples: { january: { value: { root: 'AAPL' } } } } },
    });
  });

  it('documents its API, with that of the libraries', async () => {
    await get(`/${API_DOCS}`).expect(200).expect('content-type', /html/);
    const { paths } = bodyOf(await get(`/${API_DOCS}.json`).expect(200)) as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/historical/option',
        '/jobs/{id}',
        '/portfolio/{account}/history',
        '/ticker/status',
      ]),
    );
  });

  it('serves depth and sentiment', async () => {
    await until(async () => (await get('/depth/aapl')).status === 200, { what: 'the depth of AAPL' });
    expect(bodyOf(await get('/depth/aapl').expect(200))).toMatchObject({ symbol: 'AAPL' });
    expect(bodyOf(await get('/sentiment/spx').expect(200))).toMatchObject({ symbol: 'SPX' });
    await get('/depth/nope').expect(404);
    await get('/sentiment/spx?limit=many').expect(400);
  });

  it('serves quotes of every symbol', async () => {
    const body = bodyOf(await get('/quotes').expect(200));
    expect(body).toMatchObject({
      open: true,
      quotes: [{ symbol: 'AAPL' }, {}, {}, {}, {}, { symbol: 'SPX' }],
    });
  });

  it('serves an account and its history', async () => {
    const body = bodyOf(await get('/portfolio/demo').expect(200));
    expect(body).toMatchObject({
      account: 'demo',
      cash: 10_000,
      positions: [{ symbol: 'AAPL', quantity: 120 }, {}, {}],
    });
    const history = bodyOf(await get('/portfolio/demo/history?limit=5').expect(200));
    expect(history).toMatchObject({ account: 'demo' });
  });

  it('answers 404 for an account or a symbol that it does not know', async () => {
    expect(messageOf(await get('/portfolio/nobody').expect(404))).toContain('received "nobody"');
    await get('/portfolio/nobody/history').expect(404);
    expect(messageOf(await get('/candles/XYZ').expect(404))).toContain('AAPL, MSFT, GOOG, AMZN, IBM, SPX');
  });

  it('answers 400 for a query that it does not understand, and says why', async () => {
    expect(messageOf(await get('/candles/AAPL?frame=2m&limit=0').expect(400))).toEqual([
      'frame: expected 1m, 5m, 15m, 30m, 1h, received "2m"',
      'limit: expected a whole number from 1 to 1000, received "0"',
    ]);
    await get('/portfolio/demo/history?limit=many').expect(400);
  });

  it('serves candles in the case that the caller likes', async () => {
    const body = bodyOf(await get('/candles/aapl?frame=5m').expect(200));
    expect(body).toMatchObject({ symbol: 'AAPL', frame: '5m' });
  });

  it('captures missed days for who has the API key, and for nobody else', async () => {
    const post = () => request(app.getHttpServer()).post('/portfolio/snapshots');
    await post().expect(401);
    await post().set('x-api-key', 'guess').expect(401);
    const body = bodyOf(await post().set('x-api-key', 'secret').expect(200));
    const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown;
    expect(body).toEqual({ capturedThrough: { demo: day, growth: day, pension: day } });
  });

  it('streams over four accounts, and tells how far their history is', async () => {
    const status = await until(async () => bodyOf(await get('/ticker/status').expect(200)), {
      what: 'a tick and all histories',
      satisfies: (body) => {
        const { stream, history } = body as TickerBody;
        return stream.ticks > 0 && history.filter(({ completedAt }) => completedAt !== null).length === 4;
      },
    });
    expect(status).toMatchObject({
      streaming: true,
      plan: ['stream-1', 'stream-2', 'stream-3', 'stream-4'].map((account) => ({ account, contracts: 50 })),
      reconciled: { accounts: 4, contracts: 200, unknown: 1, expired: 1 },
      shards: { count: 8, streamed: 8 },
      replicas: [
        {
          memory: { snapshots: 200, capacity: 5_000 },
          publisher: { state: 'off' },
          tasks: { running: Array.from({ length: 8 }, () => 'history'), failed: 0 },
        },
      ],
      history: Array.from({ length: 4 }, () => ({ doneDays: 30, totalDays: 30, failures: 0 })),
    });
  });

  it('reloads its subscriptions for who has the API key, with or without waiting', async () => {
    const post = (query = '') => request(app.getHttpServer()).post(`/ticker/reload${query}`);
    await post().expect(401);
    await post('?wait=perhaps').set('x-api-key', 'secret').expect(400);
    expect(bodyOf(await post().set('x-api-key', 'secret').expect(200))).toMatchObject({ contracts: 200 });
    const asked = bodyOf(await post('?wait=false').set('x-api-key', 'secret').expect(200));
    expect(asked).toEqual({ asked: [app.get(BackgroundServiceManager).instanceId] });
  });
});

interface TickerBody {
  readonly stream: { readonly ticks: number };
  readonly history: readonly { readonly completedAt: string | null }[];
}
