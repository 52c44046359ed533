import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Replica } from '../../rolling-deploy/replica.js';
import { stablePort } from '../../rolling-deploy/stable-port.js';
import { readSource, repository } from '../../support/deployment.js';
import { ensureCurl, ensureRedisCli } from '../../support/find-operators-tools.js';
import { snippetsOf } from '../../support/markdown.js';
import { PostgresServer } from '../../support/postgres-server.js';
import { cleanUpAll, startProcess, until } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { checkSyntax, OTHERS } from './check-syntax.js';

const runbook = await readSource('.docker/RUNBOOK.md');
const lines = snippetsOf(runbook)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''));
const starting = (...words: string[]) =>
  lines.filter((line) => words.some((word) => line.startsWith(`${word} `)));

describe('The commands of .docker/RUNBOOK.md', () => {
  let folder: string;
  let replica: Replica;
  let postgres: PostgresServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runbook-'));
    const [redis, database] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
    postgres = database;
    env = {
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      API_KEY: 'key-of-the-test',
      PATH: [folder, process.env['PATH']].join(delimiter),
    };
    await command('npx', `shift\nexec "${process.execPath}" "${cli}" "$@"`);
    await command('redis-cli', `exec "${await ensureRedisCli()}" "$@"`);
    await command('curl', `exec "${await ensureCurl()}" "$@"`);
    replica = new Replica('A', await stablePort(), folder, { ...env, INTRADAY_INTERVAL: '1000' });
    await replica.start();
    env['HOST'] = `http://127.0.0.1:${replica.port}`;
    await until(async () => (await workers())['intraday-portfolio']!.iterations > 0, {
      what: 'the fleet to work',
    });
  }, 60_000);

  afterAll(async () => {
    await cleanUpAll();
    await rm(folder, { recursive: true, force: true });
  });

  const cli = join(repository, 'libs/background-services/bin/nestjs-background-services.js');

  async function command(name: string, script: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }

  async function workers() {
    const answer = await replica.ask('/health/background');
    const { details } = (await answer.json()) as {
      details: { background: { workers: Record<string, { key: string; iterations: number }> } };
    };
    return details.background.workers;
  }

  async function run(line: string): Promise<{ code: number | null; output: string }> {
    const shell = await startProcess('sh', ['-c', line], { env, cwd: folder });
    const { code } = await shell.exited;
    return { code, output: shell.output };
  }

  /** As an operator would: what finds the worker busy with the command before is asked for again. */
  function runWhenIdle(line: string) {
    return until(() => run(line), {
      what: `an answer to ${line}`,
      satisfies: ({ output }) => !output.includes('BGS_WORKER_BUSY'),
      timeout: 20_000,
    });
  }

  it('are all of a kind that is checked here', () => {
    const checked = ['export', 'npx nestjs-background-services', 'redis-cli', 'curl', 'psql', ...OTHERS];
    expect(lines.filter((line) => !checked.some((word) => line.startsWith(word)))).toEqual([]);
    expect(lines.length).toBeGreaterThan(40);
    expect(existsSync(join(repository, '.docker/rolling-restart'))).toBe(true);
  });

  it('name workers and leases of this host', async () => {
    const known = await workers();
    const acts = starting('npx nestjs-background-services');
    const named = acts.flatMap(
      (line) => / (?:trigger|pause|resume|reset-breaker) (\S+)/.exec(line)?.[1] ?? [],
    );
    const keys = lines.flatMap((line) => [...line.matchAll(/[\w-]+:background_services:leader/g)].flat());
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in known))).toEqual([]);
    expect(Object.values(known).map(({ key }) => key)).toEqual(expect.arrayContaining([...new Set(keys)]));
  });

  it('run against a fleet: the program, Redis and HTTP', async () => {
    const results: { line: string; code: number | null; output: string }[] = [];
    for (const line of starting('npx nestjs-background-services', 'redis-cli', 'curl'))
      results.push({ line, ...(await runWhenIdle(line)) });
    const outputOf = (part: string) => results.find(({ line }) => line.includes(part))!.output;

    // 1 and 4: the fleet is not well, or the leader refuses, after what was done to it a moment ago. But it was understood.
    const misunderstood = results.filter(
      ({ line, code }) => !(line.startsWith('npx') ? [0, 1, 4] : [0]).includes(code ?? -1),
    );
    expect(misunderstood).toEqual([]);
    expect(results.filter(({ output }) => /^\(error\)|^ERR|^WRONGTYPE/m.test(output))).toEqual([]);
    expect(outputOf('GET portfolio:background_services:leader')).toMatch(/^A1-/);
    expect(Number(outputOf('PTTL'))).toBeGreaterThan(15_000);
    expect(Number(outputOf(':token'))).toBeGreaterThan(1e12);
    expect(outputOf('trigger intraday-portfolio')).toContain('done');
    expect(outputOf('--request POST')).toContain('capturedThrough');
    expect(outputOf('--scan')).toContain('{portfolio:background_services:leader}:ledger');
    expect(existsSync(join(folder, 'leases.rdb'))).toBe(true);
  }, 120_000);

  it('ask the database what it can tell', async () => {
    const queries = starting('psql').map((line) => /^psql "\$DATABASE_URL" -c "(.*)"$/.exec(line)?.[1]);
    expect(queries.length).toBeGreaterThan(1);
    for (const query of queries) expect((await postgres.pool.query(query!)).rowCount).toBeGreaterThan(0);
  });

  it('sort the log of the iterations by their start', async () => {
    const [line] = starting('docker').filter((text) => text.includes(' | '));
    const told = (startedAt: string, worker: string) =>
      `[Nest] 1  - 01/01/2026, 12:00:00 AM     LOG [Iterations] ${JSON.stringify({
        ...{ worker, key: 'k', token: 1, scheduledAt: '2026-01-01T00:00:00.000Z', startedAt },
        ...{ duration: 1, result: 'succeeded', replica: 'A1' },
      })} +1ms`;
    const log = [
      told('2026-01-01T00:00:02.000Z', 'intraday-portfolio'),
      told('2026-01-01T00:00:01.500Z', 'candles'),
      told('2026-01-01T00:00:01.000Z', 'intraday-portfolio'),
    ];
    await writeFile(join(folder, 'log'), `${log.join('\n')}\n`);
    const { output } = await run(`cat log | ${line!.slice(line!.indexOf(' | ') + 3)}`);
    const starts = output.split('\n').map((json) => (JSON.parse(json) as { startedAt: string }).startedAt);
    expect(starts).toEqual(['2026-01-01T00:00:01.000Z', '2026-01-01T00:00:02.000Z']);
  });

  it('are what the programs of the orchestrators take, where these are installed', async () => {
    const problems: string[] = [];
    for (const line of starting(...OTHERS)) problems.push(...(await checkSyntax(line)));
    expect(problems).toEqual([]);
  }, 120_000);
});

describe('.docker/RUNBOOK.md', () => {
  it('links to sections that it has', () => {
    const sections = [...runbook.matchAll(/^#+ (.*)$/gm)].map(
      ([, title]) =>
        `#${title!
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    const links = [...runbook.matchAll(/\]\((#[^)]*)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !sections.includes(link))).toEqual([]);
  });
});
