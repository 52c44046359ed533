import { type CanActivate, type INestApplication, Injectable, type ModuleMetadata } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  LeaderElected,
} from 'nestjs-background-services';
import { FleetControl, FleetStatus } from 'nestjs-background-services/fleet';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { until } from '../../../../test/support/until.js';
import { BackgroundDashboardModule } from '../background-dashboard.module.js';
import type { BackgroundDashboardOptions } from '../options/index.js';

export const KEY = 'prices:leader';

@Injectable()
@LeaderElected(KEY)
class Prices {
  @Interval('prices', 3_600_000) update() {}
}

export const yes: CanActivate = { canActivate: () => true };
export const no: CanActivate = { canActivate: () => false };

export interface DashboardHost extends ModuleMetadata {
  readonly adapter?: 'express' | 'fastify';
  /** Stands in for the fleet of the app. */
  readonly fleet?: { readonly status?: Partial<FleetStatus>; readonly control?: Partial<FleetControl> };
  readonly prefix?: string;
}

const SILENT = { log() {}, warn() {}, error() {} };

const apps = new Set<INestApplication>();

/** An app with one worker, which it leads, and the dashboard. */
export async function bootDashboard(
  dashboard: BackgroundDashboardOptions | ReturnType<typeof BackgroundDashboardModule.forRootAsync>,
  { adapter = 'express', fleet = {}, prefix, ...more }: DashboardHost = {},
): Promise<INestApplication> {
  const module = 'module' in dashboard ? dashboard : BackgroundDashboardModule.forRoot(dashboard);
  const building = Test.createTestingModule({
    ...more,
    imports: [BackgroundServicesModule.forRoot({}), module, ...(more.imports ?? [])],
    providers: [Prices, ...(more.providers ?? [])],
  }).setLogger(SILENT);
  if (fleet.status) building.overrideProvider(FleetStatus).useValue(fleet.status);
  if (fleet.control) building.overrideProvider(FleetControl).useValue(fleet.control);
  const testing = await building.compile();
  const app =
    adapter === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter())
      : testing.createNestApplication();
  apps.add(app);
  if (prefix !== undefined) app.setGlobalPrefix(prefix);
  await app.listen(0, '127.0.0.1');
  await until(() => app.get(BackgroundServiceManager).isLeader(KEY), { what: 'the app to lead' });
  return app;
}

/** For `afterEach`. */
export async function closeApps(): Promise<void> {
  const open = [...apps];
  apps.clear();
  await Promise.all(open.map((app) => app.close()));
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: unknown;
}

export async function get(app: INestApplication, path: string): Promise<Answer> {
  return toAnswer(await request(app.getHttpServer() as App).get(path));
}

export async function post(
  app: INestApplication,
  path: string,
  body: object = { why: 'a test', by: 'tester' },
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return toAnswer(
    await request(app.getHttpServer() as App)
      .post(path)
      .set('content-type', 'application/json')
      .set(headers)
      .send(JSON.stringify(body)),
  );
}

function toAnswer(response: request.Response): Answer {
  const headers = response.headers as Record<string, string>;
  const type = headers['content-type'] ?? '';
  const body: unknown = type.includes('json') ? JSON.parse(response.text) : response.text;
  return { status: response.status, type, headers, text: response.text, body };
}

export const READS = ['fleet', 'workers/prices', 'audit', 'leases/stale', 'access'];

export const ACTS = [
  ...['pause', 'resume', 'trigger', 'reset-breaker', 'force-open-breaker'].map(
    (act) => `workers/prices/${act}`,
  ),
  ...['step-down', 'disable', 'enable', 'expire-lease'].map(
    (act) => `keys/${encodeURIComponent(KEY)}/${act}`,
  ),
  ...['cordon', 'uncordon'].map((act) => `replicas/web-1/${act}`),
];
