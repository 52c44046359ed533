import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { resolve } from 'node:path';
import { cleanUpAll, onCleanUp, startProcess } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { Host } from './host.js';
import { KEY } from './replica.js';

const PROGRAM = resolve('libs/background-services/bin/nestjs-background-services.js');
const MINUTE = 60_000;

/** `status --check` to its end, as a monitor runs it. */
async function check(redis: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const started = await startProcess(PROGRAM, ['status', '--check'], { env: { REDIS_URL: redis } });
  const { code } = await started.exited;
  return { code, text: started.lines.map(({ text }) => text).join('\n') };
}

describe('what a Redis refuses is shown by health, by the view and by the command line:', () => {
  let server: RedisServer;
  let admin: Redis;

  beforeEach(async () => {
    server = await RedisServer.start();
    admin = new Redis(server.url);
    onCleanUp(() => admin.disconnect());
  });
  afterEach(cleanUpAll);

  /** The URL of a user with these rights. */
  async function user(...rights: readonly string[]): Promise<string> {
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', ...rights);
    return `redis://app:secret@127.0.0.1:${server.port}`;
  }

  const sick = (host: Host) =>
    until(() => host.health(), { what: 'a health of 503', satisfies: ({ status }) => status === 503 });

  it.each([
    ['-pexpire', 'PEXPIRE'],
    ['-mget', 'MGET'],
  ])('%s: no leader, and the view of each replica says why', async (right, command) => {
    const url = await user('~*', '&*', '+@all', right);
    const hosts = await Promise.all([Host.start(url), Host.start(url)]);
    for (const host of hosts) {
      expect((await sick(host)).store).toMatchObject({ state: 'unreachable' });
      const fault = await until(() => host.shows('store-fault'), {
        what: 'both replicas in the warning',
        satisfies: ({ replicas }) => replicas?.length === 2,
      });
      expect(fault.replicas).toEqual(hosts.map(({ id }) => id).sort());
      expect(fault.message).toMatch(
        new RegExp(
          `^cannot lead: The user "app" may not run ${command} .*Allow it: ACL SETUSER app \\${right.replace('-', '+')}`,
        ),
      );
      expect(fault.age).toBeGreaterThan(0);
      expect((await host.view()).warnings[0]).toMatchObject({ kind: 'leaderless', key: KEY });
    }
    for (const monitor of [server.url, url]) {
      const { code, text } = await check(monitor);
      expect(code).toBe(1);
      expect(text).toContain('! leaderless prices:leader: nobody leads');
      expect(text).toMatch(new RegExp(`! store-fault .*${hosts[0].id}.*: cannot lead: .*${command}`));
    }
  });

  it.each([
    ['no right to the keys of leases', ['~{background-services}:*', '+@all'], /no right to the keys/],
    ['-eval -evalsha', ['~*', '+@all', '-eval', '-evalsha'], /may not run EVAL/],
    ['-time', ['~*', '+@all', '-time'], /may not run TIME/],
  ] as const)('%s: no leader, and who may not look is told why', async (_what, rights, reason) => {
    const url = await user('&*', ...rights);
    const hosts = await Promise.all([Host.start(url), Host.start(url)]);
    for (const host of hosts) {
      expect((await sick(host)).store).toMatchObject({
        state: 'unreachable',
        reason: expect.stringMatching(/^NOPERM/),
      });
      expect(await host.view()).toMatchObject({ current: false, problem: expect.stringMatching(reason) });
      expect(await host.shows('store-fault')).toMatchObject({
        replicas: [host.id],
        message: expect.stringMatching(reason),
      });
    }
    const byUser = await check(url);
    expect(byUser).toMatchObject({ code: 3, text: expect.stringMatching(reason) });
    expect(byUser.text).toContain('Allow it: ACL SETUSER app');
    const byAdmin = await until(() => check(server.url), {
      what: 'the replicas in the view of somebody who may look',
      satisfies: ({ text }) => /store-fault/.test(text),
    });
    expect(byAdmin).toMatchObject({ code: 1, text: expect.stringContaining('leaderless prices:leader') });
  });

  it('a refusal is said in the log again each minute for as long as it lasts, and not in between', async () => {
    const host = await Host.start(await user('~*', '&*', '+@all', '-eval', '-evalsha'));
    const said = () =>
      host.warned.filter((text) => /lease store .*may not run EVAL.*Allow it: ACL SETUSER app/.test(text));
    const denied = async () =>
      Number(((await admin.call('ACL', 'LOG', '1')) as readonly (readonly unknown[])[])[0]?.[1]);
    for (let minute = 1; minute <= 3; minute += 1) {
      await until(() => said().length === minute, { what: `warning ${minute}` });
      const tries = await denied();
      await until(denied, { what: 'more tries', satisfies: (count) => count > tries + 5 });
      expect(said()).toHaveLength(minute);
      host.ahead += MINUTE;
    }
  });

  it('an eviction policy: a warning everywhere, health of 200', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const hosts = [await Host.start(server.url), await Host.start(server.url, { exposeErrors: true })];
    await until(() => hosts.some(({ leads }) => leads), { what: 'a leader' });
    const warning = await until(() => hosts[0]!.shows('store-warning'), {
      what: 'both replicas in the warning',
      satisfies: ({ replicas }) => replicas?.length === 2,
    });
    expect(warning.message).toMatch(/maxmemory-policy allkeys-lru.*Set maxmemory-policy to noeviction/);
    const [general, exact] = await Promise.all(hosts.map((host) => host.health()));
    expect(general).toMatchObject({
      status: 200,
      store: {
        state: 'reachable',
        warnings: [
          {
            kind: 'eviction',
            since: expect.stringMatching(/^20\d\d-/),
            reason: expect.stringMatching(/^the store evicts keys/),
            cure: 'set maxmemory-policy to noeviction',
          },
        ],
      },
    });
    expect(JSON.stringify(general)).not.toContain('127.0.0.1');
    expect(exact).toMatchObject({
      status: 200,
      store: { warnings: [{ reason: expect.stringMatching(/127\.0\.0\.1:\d+ evicts .*allkeys-lru/) }] },
    });
    const { code, text } = await check(server.url);
    expect(code).toBe(1);
    expect(text).toMatch(/! store-warning .*allkeys-lru/);
  });
});
