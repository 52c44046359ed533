import type { FleetView } from 'nestjs-background-services/fleet';
import { until } from '../support/until.js';
import type { Answers } from './answers.js';
import { DAYS, JOB_TYPES, KEYS, WORKERS } from './replica/settings.js';
import type { Replica } from './replicas.js';
import type { Terms } from './terms.js';
import { ask, check, type Request } from './watchers.js';

/** How long each thing may take after the storm, ms: jobs of the storm are worked off first. */
const PATIENCE = 90_000;

export interface Scene {
  readonly replicas: readonly Replica[];
  readonly redis: string;
  readonly answers: Answers;
  readonly terms: Terms;
}

interface JobBody {
  readonly id: string;
  readonly status: string;
}

/**
 * Whether all works as before the storm, without anybody who cleans up. Returns what does not.
 */
export async function healed(scene: Scene): Promise<readonly string[]> {
  const failures: string[] = [];
  const checks: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
    ['every lease has a leader', isLed],
    ['the view shows the fleet', isShown],
    ['orders are carried out', obeys],
    ['jobs are worked off', works],
    ['leaders step down for others', handsOver],
    ['the monitor is content', isWell],
  ];
  for (const [what, does] of checks)
    await does(scene).catch((error: unknown) => failures.push(`${what}: ${(error as Error).message}`));
  return failures;
}

function isLed({ terms }: Scene): Promise<unknown> {
  return until(() => terms.led, {
    what: 'a leader of every lease',
    satisfies: (led) => led.length === KEYS.length,
    timeout: PATIENCE,
  });
}

async function isShown({ replicas, answers }: Scene): Promise<void> {
  for (const { url } of replicas)
    await until(
      async () => JSON.parse((await ask(answers, `${url}/background/api/fleet`, 'healed')).text) as FleetView,
      {
        what: 'the whole fleet, running',
        every: 500,
        timeout: PATIENCE,
        satisfies: ({ current, replicas: shown, keys, workers }) =>
          current &&
          replicas.every(({ instance }) => shown.some(({ id, uptime }) => id === instance && uptime > 0)) &&
          KEYS.every((key) => keys.some((each) => each.key === key && each.state === 'led')) &&
          // One may still be paused by an operator of the storm.
          WORKERS.every((name) => workers.some((each) => each.name === name)),
      },
    );
}

/** Every worker is paused and resumed, by an order to another replica each time. */
async function obeys({ replicas, answers }: Scene): Promise<void> {
  const body = { by: 'ada', why: 'after the storm' };
  for (const [i, name] of WORKERS.entries()) {
    for (const [j, order] of ['pause', 'resume', 'reset-breaker', 'trigger'].entries()) {
      const { url } = replicas[(i + j) % replicas.length]!;
      const path = `${url}/background/api/workers/${name}/${order}`;
      await eventually(answers, path, { method: 'POST', body }, `${order} ${name}`, 200);
    }
  }
  const { url } = replicas[0]!;
  const { text } = await ask(answers, `${url}/background/api/audit?limit=1`, 'healed');
  if (!text.includes('after the storm'))
    throw new Error(`The audit list does not say what was done: ${text}`);
}

async function works({ replicas, answers }: Scene): Promise<void> {
  for (const { url } of replicas) {
    for (const type of JOB_TYPES) {
      const body = { days: DAYS, accounts: ['A1', 'B2'] };
      const { text } = await eventually(answers, `${url}/jobs/${type}`, { method: 'POST', body }, type, 202);
      const { id } = JSON.parse(text) as JobBody;
      await until(
        async () => JSON.parse((await ask(answers, `${url}/jobs/${id}`, 'healed')).text) as JobBody,
        {
          what: `the end of job ${id}`,
          every: 500,
          timeout: PATIENCE,
          satisfies: ({ status }) => status === 'completed' || status === 'failed',
        },
      );
      await eventually(answers, `${url}/jobs/${id}/items`, {}, 'items', 200);
    }
    await eventually(answers, `${url}/jobs`, {}, 'jobs', 200);
  }
}

async function handsOver({ replicas, answers, terms }: Scene): Promise<void> {
  const { url } = replicas[0]!;
  for (const key of KEYS) {
    const token = terms.tokenOf(key);
    const body = { by: 'ada', why: 'after the storm' };
    const path = `${url}/background/api/keys/${encodeURIComponent(key)}/step-down`;
    await eventually(answers, path, { method: 'POST', body }, `step-down ${key}`, 200);
    await until(() => terms.tokenOf(key) > token, { what: `the next term of ${key}`, timeout: PATIENCE });
  }
}

async function isWell({ redis, answers }: Scene): Promise<void> {
  await until(() => check(redis, answers), {
    what: 'status --check to have no more to say than that Redis lost what was removed from it',
    satisfies: ({ code, output }) => {
      const warnings = output.split('\n').filter((line) => line.startsWith('! '));
      return (
        code === 0 || (warnings.length > 0 && warnings.every((line) => line.startsWith('! store-warning')))
      );
    },
    every: 1_000,
    timeout: PATIENCE,
  });
}

async function eventually(answers: Answers, url: string, request: Request, what: string, status: number) {
  return until(() => ask(answers, url, 'healed', request), {
    what: `${what} to be answered ${status}`,
    satisfies: (answer) => answer.status === status,
    every: 500,
    timeout: PATIENCE,
  });
}
