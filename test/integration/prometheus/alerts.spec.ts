import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ensurePrometheus } from '../../support/find-prometheus.js';
import { cleanUpAll, onCleanUp } from '../../support/processes.js';

const RULES = resolve('libs/background-services/ops/prometheus-alerts.yml');
const KEY = 'key="orders:leader"';
const WORKER = 'service="orders"';

/** A sample each half minute, in promtool's notation, of one series on one replica. */
type Series = readonly [name: string, replica: 'a' | 'b', labels: string, values: string];

interface Case {
  readonly what: string;
  /** Minutes after which the alerts are looked at. */
  readonly after: number;
  readonly series: readonly Series[];
  /** Names of the alerts that fire then, and no other. */
  readonly fire: readonly string[];
}

const leader = (a: string, b: string): readonly Series[] => [
  ['background_service_leader', 'a', KEY, a],
  ['background_service_leader', 'b', KEY, b],
];
const iterations = (failed: string, succeeded: string): readonly Series[] => [
  ['background_service_iterations_total', 'a', `${WORKER},result="failed"`, failed],
  ['background_service_iterations_total', 'a', `${WORKER},result="succeeded"`, succeeded],
];

const CASES: readonly Case[] = [
  {
    what: 'a fleet that is well, through a hand-over and a kill of the leader',
    after: 60,
    series: [
      // Handed over after ten minutes; killed after twenty, and away for two.
      ...leader('1x20 0x20 1x100', '0x20 1x20 _x4 0x100'),
      ['background_service_leader_transitions_total', 'a', KEY, '1x40 2x100'],
      ['background_service_leader_transitions_total', 'b', KEY, '0x20 1x20 _x4 0x100'],
      ['background_service_lease_renew_errors_total', 'a', '', '0x50 1x100'],
      ...iterations('0x40 1x100', '0+30x140'),
      ['background_service_missed_runs_total', 'a', WORKER, '0x140'],
      ['background_service_circuit_breaker_state', 'a', `${WORKER},state="open"`, '0x30 1x4 0x100'],
      ['background_service_circuit_breaker_state', 'a', `${WORKER},state="closed"`, '1x30 0x4 1x100'],
      ['background_service_schedule_lag_seconds', 'a', WORKER, '0.01x30 45x4 0.01x100'],
    ],
    fire: [],
  },
  {
    what: 'a worker that idles',
    after: 60,
    series: [...leader('1x140', '0x140'), ...iterations('0x140', '0x140')],
    fire: [],
  },
  {
    what: 'a key that nobody leads',
    after: 5,
    series: leader('1x2 0x20', '0x20'),
    fire: ['BackgroundServiceWithoutLeader'],
  },
  {
    what: 'a key that two lead for longer than a hand-over takes',
    after: 5,
    series: leader('1x20', '0x2 1x20'),
    fire: ['BackgroundServiceTwoLeaders'],
  },
  {
    what: 'leadership that goes back and forth',
    after: 30,
    series: [
      ...leader('1x100', '0x100'),
      ['background_service_leader_transitions_total', 'a', KEY, '0+0.1x100'],
      ['background_service_leader_transitions_total', 'b', KEY, '0+0.1x100'],
    ],
    fire: ['BackgroundServiceLeadershipUnstable'],
  },
  {
    what: 'a replica that cannot renew',
    after: 12,
    series: [
      ...leader('1x100', '0x100'),
      ['background_service_lease_renew_errors_total', 'a', '', '0x4 0+1x100'],
    ],
    fire: ['BackgroundServiceRenewalsFail'],
  },
  {
    what: 'a circuit breaker that stays open',
    after: 10,
    series: [
      ...leader('1x100', '0x100'),
      ['background_service_circuit_breaker_state', 'a', `${WORKER},state="open"`, '1x100'],
      ['background_service_circuit_breaker_state', 'b', `${WORKER},state="open"`, '0x100'],
    ],
    fire: ['BackgroundServiceCircuitBreakerOpen'],
  },
  {
    what: 'a worker that fails one time in ten',
    after: 40,
    series: [...leader('1x100', '0x100'), ...iterations('0+3x100', '0+27x100')],
    fire: ['BackgroundServiceFails'],
  },
  {
    what: 'cron slots that were given up',
    after: 8,
    series: [
      ...leader('1x100', '0x100'),
      ['background_service_missed_runs_total', 'a', WORKER, '0x10 2x100'],
    ],
    fire: ['BackgroundServiceMissedRuns'],
  },
  {
    what: 'a worker that begins late each time',
    after: 15,
    series: [...leader('1x100', '0x100'), ['background_service_schedule_lag_seconds', 'a', WORKER, '60x100']],
    fire: ['BackgroundServiceLate'],
  },
];

describe('The alert rules', () => {
  let promtool: string;

  beforeAll(async () => {
    ({ promtool } = await ensurePrometheus());
  }, 300_000);
  afterEach(cleanUpAll);

  it('are rules that Prometheus takes', async () => {
    const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', RULES]);
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  it.each(CASES)('tell of $what: $fire', async ({ after, series, fire }) => {
    const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    onCleanUp(() => rm(folder, { recursive: true, force: true }));
    const tests = {
      rule_files: [RULES],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: series.map(([name, replica, labels, values]) => ({
            series: `${name}{job="app",instance="${replica}"${labels && `,${labels}`}}`,
            values,
          })),
          promql_expr_test: [
            {
              expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
              eval_time: `${after}m`,
              exp_samples: fire.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
            },
          ],
        },
      ],
    };
    const file = join(folder, 'tests.json');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(tests));
    const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', file]).catch(
      ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => {
        throw new Error(stdout + stderr);
      },
    );
    expect(stdout).toContain('SUCCESS');
  });

  it('are all tried', async () => {
    const { groups } = parse(await readFile(RULES, 'utf8')) as {
      readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
    };
    const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(CASES.flatMap(({ fire }) => fire).sort()).toEqual(names.sort());
  });
});
