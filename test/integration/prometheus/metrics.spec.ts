import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { BackgroundServicesModule, LeaderElected } from 'nestjs-background-services';
import { BackgroundMetricsModule } from 'nestjs-background-services/metrics';
import { Registry } from 'prom-client';
import { ensurePrometheus, type PrometheusPrograms } from '../../support/find-prometheus.js';
import { freePort } from '../../support/free-port.js';
import { cleanUpAll, onCleanUp, startProcess } from '../../support/processes.js';
import { until } from '../../support/until.js';

const TYPES = {
  background_service_leader: 'gauge',
  background_service_leader_transitions_total: 'counter',
  background_service_lease_renew_errors_total: 'counter',
  background_service_iterations_total: 'counter',
  background_service_iteration_duration_seconds: 'histogram',
  background_service_last_success_timestamp_seconds: 'gauge',
  background_service_schedule_lag_seconds: 'gauge',
  background_service_missed_runs_total: 'counter',
  background_service_circuit_breaker_state: 'gauge',
  background_service_circuit_breaker_skipped_total: 'counter',
};

const registry = new Registry();

@Injectable()
@LeaderElected('prices:leader')
class Prices {
  @Interval('prices', 20)
  update() {}
}

@Controller('metrics')
class MetricsController {
  @Get()
  @Header('Content-Type', registry.contentType)
  metrics() {
    return registry.metrics();
  }
}

@Module({
  imports: [
    BackgroundServicesModule.forRoot({ health: false }),
    BackgroundMetricsModule.forRoot({ registry }),
  ],
  controllers: [MetricsController],
  providers: [Prices],
})
class AppModule {}

describe('Prometheus', () => {
  let programs: PrometheusPrograms;

  beforeAll(async () => {
    programs = await ensurePrometheus();
  }, 300_000);
  afterEach(cleanUpAll);

  it('scrapes every metric of a booted app', async () => {
    const target = await bootApp();
    const api = await startPrometheus(target);
    const ask = async <Data>(path: string) => {
      const response = await fetch(`${api}/api/v1/${path}`);
      return ((await response.json()) as { readonly data: Data }).data;
    };
    type Vector = {
      readonly result: readonly { readonly metric: Record<string, string>; value: [number, string] }[];
    };
    const query = (text: string) => ask<Vector>(`query?query=${encodeURIComponent(text)}`);
    await until(
      async () =>
        (await query('background_service_iterations_total{result="succeeded"} > 0')).result.length === 1,
      { what: 'an iteration that was scraped', timeout: 30_000 },
    );
    for (const [name, type] of Object.entries(TYPES)) {
      const series = type === 'histogram' ? `${name}_bucket` : name;
      expect([name, (await query(series)).result.length > 0]).toEqual([name, true]);
    }
    const known = await ask<Record<string, [{ readonly type: string }]>>('metadata');
    const types = Object.keys(TYPES).map((name) => [name, known[name]?.[0].type]);
    expect(Object.fromEntries(types)).toEqual(TYPES);
    const [leader] = (await query('background_service_leader')).result;
    expect(leader).toMatchObject({
      metric: { key: 'prices:leader', job: 'app' },
      value: [expect.any(Number), '1'],
    });
  }, 90_000);

  async function bootApp(): Promise<string> {
    const app = await NestFactory.create(AppModule, { logger: false });
    onCleanUp(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return `127.0.0.1:${port}`;
  }

  async function startPrometheus(target: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    onCleanUp(() => rm(folder, { recursive: true, force: true }));
    const rules = resolve('libs/background-services/ops/prometheus-alerts.yml');
    const config = {
      global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
      rule_files: [rules],
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target] }] }],
    };
    // JSON is YAML.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const port = await freePort();
    const prometheus = await startProcess(programs.prometheus, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await prometheus.waitForLine(/Server is ready to receive web requests/, 30_000);
    return `http://127.0.0.1:${port}`;
  }
});
