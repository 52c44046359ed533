import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Interval } from '@nestjs/schedule';
import { Registry } from 'prom-client';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundEvents } from '../events/index.js';
import { background, boot, closeApps, closeOn, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { BackgroundMetricsModule } from './background-metrics.module.js';
import { NAMES } from './names.js';

describe('Metrics', () => {
  let kit: BackgroundTestingKit;
  let registry: Registry;
  let fails: boolean;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    registry = new Registry();
    fails = false;
  });
  afterEach(closeApps);

  async function bootPrices(prefix?: string) {
    @LeaderElected('prices:leader', { circuitBreaker: { failureThreshold: 2, openDuration: 60_000 } })
    class Prices {
      @Interval('prices', 1_000)
      update() {
        if (fails) throw new Error('No prices');
      }
    }
    const metrics = BackgroundMetricsModule.forRoot({
      registry,
      ...(prefix === undefined ? {} : { prefix }),
    });
    const app = await boot({ imports: [background(kit), metrics], providers: [Prices] });
    kit.attach(app);
    return app;
  }

  /** The lines of one metric, without its help. */
  async function lines(name: string): Promise<readonly string[]> {
    const text = await registry.metrics();
    return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  }

  it('have these names, types and labels', async () => {
    await bootPrices();
    await kit.elected('prices:leader');
    await kit.clock.advance(1_000);
    const metrics = await registry.getMetricsAsJSON();
    const labelsOf = (values: readonly { readonly labels: object }[]) =>
      [...new Set(values.flatMap(({ labels }) => Object.keys(labels)))].sort().join(',');
    expect(metrics.map(({ name, type, values }) => [name, type, labelsOf(values)])).toEqual([
      ['background_service_leader', 'gauge', 'key'],
      ['background_service_leader_transitions_total', 'counter', 'key'],
      ['background_service_lease_renew_errors_total', 'counter', ''],
      ['background_service_iterations_total', 'counter', 'result,service'],
      ['background_service_iteration_duration_seconds', 'histogram', 'le,service'],
      ['background_service_last_success_timestamp_seconds', 'gauge', 'service'],
      ['background_service_schedule_lag_seconds', 'gauge', 'service'],
      ['background_service_missed_runs_total', 'counter', 'service'],
      ['background_service_circuit_breaker_state', 'gauge', 'service,state'],
      ['background_service_circuit_breaker_skipped_total', 'counter', 'service'],
    ]);
  });

  it('show a life: standing by, leading, failing, an open breaker, a lost lease', async () => {
    kit.store.set('prices:leader', 'somebody', 5_000);
    const app = await bootPrices();
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 0`]);
    await kit.elected('prices:leader');
    await kit.clock.advance(1_000);
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 1`]);
    expect(await lines(NAMES.transitions)).toEqual([`${NAMES.transitions}{key="prices:leader"} 1`]);
    expect(await lines(NAMES.lastSuccess)).toEqual([
      `${NAMES.lastSuccess}{service="prices"} ${Number(managerOf(app).getMetrics('prices').lastSuccessAt) / 1_000}`,
    ]);
    fails = true;
    await kit.clock.advance(4_000);
    expect(await lines(NAMES.iterations)).toEqual(
      expect.arrayContaining([
        `${NAMES.iterations}{service="prices",result="succeeded"} 1`,
        `${NAMES.iterations}{service="prices",result="failed"} 2`,
        `${NAMES.iterations}{service="prices",result="aborted"} 0`,
      ]),
    );
    expect(await lines(`${NAMES.duration}_count`)).toEqual([`${NAMES.duration}_count{service="prices"} 3`]);
    expect(await lines(NAMES.circuit)).toContain(`${NAMES.circuit}{service="prices",state="open"} 1`);
    expect(await lines(NAMES.circuit)).toContain(`${NAMES.circuit}{service="prices",state="closed"} 0`);
    expect(await lines(NAMES.circuitSkipped)).toEqual([`${NAMES.circuitSkipped}{service="prices"} 2`]);
    kit.failNext(1);
    await kit.clock.advance(10_000);
    expect(await lines(NAMES.renewErrors)).toEqual([`${NAMES.renewErrors} 1`]);
    kit.steal('prices:leader');
    await kit.clock.advance(10_000);
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 0`]);
  });

  it('say how late an iteration began', async () => {
    await bootPrices();
    await kit.elected('prices:leader');
    kit.clock.stall(3_500);
    await kit.clock.advance(0);
    expect(await lines(NAMES.lag)).toEqual([expect.stringMatching(/ 2\.5\d?$/)]);
  });

  it('say nothing of a former leader that was true when it led', async () => {
    await bootPrices();
    await kit.elected('prices:leader');
    kit.clock.stall(3_500);
    fails = true;
    await kit.clock.advance(3_000);
    expect(await lines(NAMES.circuit)).toContain(`${NAMES.circuit}{service="prices",state="open"} 1`);
    expect(await lines(NAMES.lag)).toHaveLength(1);
    kit.steal('prices:leader');
    await kit.clock.advance(10_000);
    expect((await lines(NAMES.circuit)).filter((line) => line.endsWith(' 1'))).toEqual([]);
    expect(await lines(NAMES.lag)).toEqual([]);
  });

  it('are shared by two apps of a process, and no app shows what another one has ended', async () => {
    const first = await bootPrices();
    await bootPrices();
    await kit.elected('prices:leader');
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 1`]);
    await closeOn(kit, first);
    await kit.elected('prices:leader');
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 1`]);
    expect(await lines(NAMES.transitions)).toEqual([`${NAMES.transitions}{key="prices:leader"} 2`]);
  });

  it('are shared by two copies of the package', async () => {
    const app = await bootPrices();
    await kit.elected('prices:leader');
    const events = app.get(BackgroundEvents);
    jest.resetModules();
    const { registerMetrics } = await import('./register-metrics.js');
    const end = registerMetrics({ registry, manager: managerOf(app), events });
    expect(await lines(NAMES.leader)).toEqual([`${NAMES.leader}{key="prices:leader"} 1`]);
    end();
  });

  it('take a prefix, and survive a registry that was cleared', async () => {
    await bootPrices('shop_');
    expect(await lines(`shop_${NAMES.leader}`)).toHaveLength(1);
    registry.clear();
    await bootPrices('shop_');
    expect(await lines(`shop_${NAMES.leader}`)).toHaveLength(1);
  });

  it.each(['grafana-dashboard.json', 'prometheus-alerts.yml'])(
    'are all that ops/%s asks for',
    async (file) => {
      const text = await readFile(new URL(`../../ops/${file}`, import.meta.url), 'utf8');
      const asked = new Set(
        [...text.matchAll(/background_service_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')),
      );
      expect(asked.size).toBeGreaterThan(5);
      expect([...asked].filter((name) => !Object.values<string>(NAMES).includes(name))).toEqual([]);
    },
  );
});
