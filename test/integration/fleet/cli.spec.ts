import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { resolve } from 'node:path';
import type { ControlRecord, FleetKey, FleetView } from 'nestjs-background-services/fleet';
import { cleanUpAll, startProcess } from '../../support/processes.js';
import { RedisCluster } from '../../support/redis-cluster.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { FleetApp, KEY, REASON, startApps, WORKER } from './fleet-app.js';

const PROGRAM = resolve('libs/background-services/bin/nestjs-background-services.js');
const WHY = ['--why', 'a test', '--by', 'ada'];
const EVERY = 100;

/** Runs the program as an operator does, to its end. */
async function cli(redis: string, ...args: readonly string[]) {
  const started = await startProcess(PROGRAM, args, { env: { REDIS_URL: redis } });
  const { code } = await started.exited;
  const linesOf = (stream: 'stdout' | 'stderr') =>
    started.lines.filter((line) => line.stream === stream).map(({ text }) => text);
  return { code, out: linesOf('stdout'), err: linesOf('stderr').join('\n') };
}

describe('The command line', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(cleanUpAll);

  const run = (...args: readonly string[]) => cli(server.url, ...args);
  const json = async <Value>(...args: readonly string[]) => {
    const { code, out } = await run(...args, '--json');
    expect(out).toHaveLength(1);
    return { code, value: JSON.parse(out[0]!) as Value };
  };
  const done = { code: 0, err: '' };

  it('shows the same fleet as a replica does', async () => {
    const [leader, follower] = await startApps(2, { redis: server.url, ttl: 3_000 });
    await until(() => follower!.status.view(), {
      what: 'a count',
      satisfies: ({ workers }) => workers[0]!.iterations > 0,
    });
    const { code, value } = await json<FleetView>('status', '--check');
    expect(code).toBe(0);
    expect(value.replicas.map(({ id }) => id)).toEqual([leader.id, follower!.id].sort());
    expect(value.keys).toMatchObject([{ key: KEY, state: 'led', leader: leader.id }]);
    expect(value.workers).toMatchObject([{ name: WORKER, state: 'running', leader: leader.id }]);

    const { out } = await run('status');
    expect(out.find((line) => line.startsWith(KEY))).toMatch(new RegExp(`^${KEY} +led +${leader.id} `));
    expect(out.find((line) => line.startsWith(`${WORKER} `))).toMatch(/running +every 100 ms/);
    expect(await run('leaders')).toMatchObject(done);
    expect((await run('stale')).out).toEqual(['No lease is stale.']);
  });

  it('pauses, resumes and triggers a worker', async () => {
    const workers = [{}, { name: 'by-hand', schedule: { every: 3_600_000 } }];
    const [leader] = await startApps(2, { redis: server.url, workers });
    const begun = (name: string) => leader.starts.filter(({ worker }) => worker === name).length;
    await until(() => begun(WORKER) > 0, { what: 'the worker to run' });

    expect(await run('pause', WORKER, ...WHY)).toMatchObject({ ...done, out: [`done: pause ${WORKER}`] });
    await until(() => performance.now() - leader.starts.at(-1)!.at > 3 * EVERY, {
      what: 'the worker to stop',
    });
    expect((await json<FleetView>('status')).value.workers[1]).toMatchObject({ state: 'paused' });

    const resumedAt = performance.now();
    expect(await run('resume', WORKER, ...WHY)).toMatchObject(done);
    await until(() => leader.startsSince(resumedAt) > 0, { what: 'the worker to go on' });

    const { value } = await json<ControlRecord>('trigger', 'by-hand', ...WHY);
    expect(value).toMatchObject({ outcome: 'done', by: 'ada', why: 'a test', replica: leader.id });
    expect(begun('by-hand')).toBe(1);

    expect((await json<ControlRecord[]>('audit', '--limit', '2')).value).toMatchObject([
      { action: 'trigger', target: 'by-hand', by: 'ada' },
      { action: 'resume', target: WORKER, replica: expect.stringMatching(/^cli@/) },
    ]);
  });

  it('opens and resets a circuit breaker', async () => {
    const [leader] = await startApps(2, { redis: server.url });
    const circuit = () => leader.manager.get(WORKER).circuitBreaker.state;
    expect(await run('force-open-breaker', WORKER, ...WHY)).toMatchObject(done);
    expect(circuit()).toBe('forced-open');
    await until(() => run('status', '--check'), {
      what: 'the monitor to see it',
      satisfies: ({ code }) => code === 1,
    });
    expect(await run('reset-breaker', WORKER, ...WHY)).toMatchObject(done);
    expect(circuit()).toBe('closed');
  });

  it('moves the leader, and takes a key out of service', async () => {
    const [first, second] = await startApps(2, { redis: server.url });
    expect(await run('step-down', KEY, ...WHY)).toMatchObject(done);
    await until(() => second!.leads && !first.leads, { what: 'the other one to lead' });

    expect(await run('disable', KEY, '--for', '1h', ...WHY)).toMatchObject(done);
    await until(() => !second!.leads, { what: 'the leader to leave' });
    const { value } = await json<FleetKey[]>('leaders');
    expect(value).toMatchObject([
      { state: 'disabled', leader: null, disabled: { by: 'ada', why: 'a test' } },
    ]);
    expect(value[0]!.ttl).toBeGreaterThan(3_500_000);

    expect(await run('enable', KEY, ...WHY)).toMatchObject(done);
    await until(() => first.leads || second!.leads, { what: 'a leader' });
  });

  describe('ends', () => {
    it('with 1 when nobody is there, with what a dead fleet left behind', async () => {
      expect(await run('status', '--check')).toMatchObject({ code: 1, err: '' });
      const redis = new Redis(server.url);
      await redis.set(KEY, 'a-ghost', 'PX', 600_000);
      redis.disconnect();
      expect((await run('leaders', '--key', KEY)).out[1]).toMatch(new RegExp(`^${KEY} +stale +a-ghost`));
      expect(await run('expire-lease', KEY, '--key', KEY, ...WHY)).toMatchObject(done);
      expect((await json<FleetKey[]>('leaders', '--key', KEY)).value).toMatchObject([
        { state: 'leaderless' },
      ]);
    });

    it('with 2 when it makes no sense', async () => {
      expect(await run('pause', WORKER)).toMatchObject({ code: 2, out: [] });
      expect(await run('status', '--fast')).toMatchObject({ code: 2, out: [] });
      expect(await run('--help')).toMatchObject({ code: 0, err: '' });
    });

    it('with 3 when Redis does not answer', async () => {
      server.freeze();
      const { code, err } = await run('status', '--timeout', '500ms');
      expect(code).toBe(3);
      expect(err).toMatch(/^nestjs-background-services: No connection to Redis/);
      await server.crash();
      for (const args of [['status'], ['audit'], ['pause', WORKER, ...WHY]])
        expect(await run(...args)).toMatchObject({ code: 3, out: [] });
    });

    it('with 3 when the password is wrong, and tells it nobody', async () => {
      const closed = await RedisServer.start({
        args: ['--user', 'ops', 'on', '>right', '~*', '&*', '+@all'],
      });
      const url = (password: string) => `redis://ops:${password}@127.0.0.1:${closed.port}`;
      expect(await cli(url('right'), 'leaders')).toMatchObject(done);
      const { code, err, out } = await cli(url('wr0ng'), 'leaders');
      expect(code).toBe(3);
      expect(err + out.join()).not.toContain('wr0ng');
    });

    it('with 4 when it is refused', async () => {
      const [leader] = await startApps(2, { redis: server.url });
      expect(await run('pause', 'nobody', ...WHY)).toMatchObject({ code: 4, out: [] });
      expect(await run('expire-lease', KEY, ...WHY)).toMatchObject({
        code: 4,
        out: [`refused: expire-lease ${KEY} (${leader.id} is there)`],
      });
    });
  });

  it('shows hostile names and errors as texts', async () => {
    // A worker's name has no control characters, but may turn the direction of writing; an error message is anything.
    const name = 'w\u202e';
    const fail = () => {
      throw new Error('\u001b]0;owned\u0007\nREPLICA  fake');
    };
    const app = await FleetApp.start('replica', {
      redis: server.url,
      workers: [{ name, immediate: true, run: fail }],
      ttl: 3_000,
    });
    await until(() => app.status.view(), {
      what: 'the error to be told',
      satisfies: ({ workers }) => (workers[0]?.recentErrors.length ?? 0) > 0,
    });
    await app.control.pause(name, { ...REASON, why: '\u009b31m' });
    // Whoever can write to Redis can forge a card.
    const redis = new Redis(server.url);
    const forged = 'r\u001b[2J\n';
    const text = JSON.stringify({ host: '\r\u0000' });
    await redis.set(`{background-services}:replica:${forged}`, text, 'EX', 3_600);
    await redis.sadd('{background-services}:replicas', forged);
    redis.disconnect();

    const results = [await run('status'), await run('audit'), await run('pause', 'other', ...WHY)];
    const texts = results.map(({ out, err }) => [...out, err].join('')).join('');
    for (const shown of ['w\\u202e', 'r\\u001b[2J\\n', '\\r\\u0000', '\\u009b31m'])
      expect(texts).toContain(shown);
    expect(texts).toContain('\\u001b]0;owned\\u0007\\nREPLICA  fake');
    expect(texts).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const { value } = await json<FleetView>('status');
    expect(value.workers[0]!.name).toBe(name);
    expect(value.replicas.map(({ id }) => id)).toContain(forged);
  });

  describe('watch', () => {
    const start = (...args: readonly string[]) =>
      startProcess(PROGRAM, ['watch', '--interval', '100ms', ...args], { env: { REDIS_URL: server.url } });

    it('goes on through an outage, saying so, and ends on Ctrl-C', async () => {
      await startApps(2, { redis: server.url, ttl: 3_000 });
      const watching = await start();
      await watching.waitForLine(new RegExp(`^${KEY} +led`));
      server.freeze();
      await watching.waitForLine(/^Redis does not answer since .*Z \(\d/);
      const silent = watching.lines.length;
      server.thaw();
      await until(() => watching.lines.slice(silent).some(({ text }) => text.includes(', every 100ms')), {
        what: 'it to see Redis again',
      });
      expect(await watching.stop('SIGINT')).toEqual({ code: 0, signal: null });
    });

    it('ends when nobody reads any more', async () => {
      const pipe = `("${PROGRAM}" watch --interval 100ms; echo "ended with $?" >&2) | head -n 1`;
      const piped = await startProcess('sh', ['-c', pipe], { env: { REDIS_URL: server.url } });
      await piped.waitForLine(/^ended with 0$/);
      await piped.exited;
    });
  });

  describe('on a Redis as somebody runs it', () => {
    it('takes host:port without a scheme', async () => {
      expect(await cli(`127.0.0.1:${server.port}`, 'status')).toMatchObject({ code: 0, err: '' });
    });

    it('ends with an error for a database that does not exist, instead of showing database 0', async () => {
      await startApps(1, { redis: server.url, ttl: 3_000 });
      const { code, out, err } = await cli(`${server.url}/99`, 'status', '--check');
      expect({ code, out }).toEqual({ code: 3, out: [] });
      expect(err).toMatch(/There is no database of this number at 127\.0\.0\.1:\d+ .*Choose a lower one/);
    });

    it('says for a monitor that keys may be evicted', async () => {
      const operator = new Redis(server.url);
      await operator.config('SET', 'maxmemory-policy', 'volatile-ttl');
      operator.disconnect();
      await startApps(1, { redis: server.url, ttl: 3_000 });
      const { code, out } = await run('status', '--check');
      expect(code).toBe(1);
      expect(out.at(-1)).toMatch(
        /^! The Redis at .* evicts keys .*volatile-ttl.*Set maxmemory-policy to noeviction/,
      );
    });
  });

  it('reads a cluster, and keys with a prefix', async () => {
    const cluster = await RedisCluster.start();
    const client = cluster.client();
    await client.connect();
    await client.set(`app:${KEY}`, 'a-ghost', 'PX', 600_000);
    const { out } = await cli(
      cluster.masters[0]!.url,
      ...['leaders', '--cluster', '--prefix', 'app:', '--key', KEY],
    );
    expect(out[1]).toMatch(new RegExp(`^${KEY} +stale +a-ghost`));
  });
});
