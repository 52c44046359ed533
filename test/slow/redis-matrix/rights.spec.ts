import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { FleetControl } from 'nestjs-background-services/fleet';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { ensureRedis } from '../../support/find-redis.js';
import { ensureValkey } from '../../support/find-valkey.js';
import { startProcess } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/until.js';
import { KEY, Replica } from './replica.js';

const PROGRAM = resolve('libs/background-services/bin/nestjs-background-services.js');
const DOCUMENT = 'libs/background-services/docs/redis.md';

/** The line of the documentation, for a user called `app`. */
async function documentedRights(which: 'key' | 'prefix'): Promise<readonly string[]> {
  const lines = (await readFile(DOCUMENT, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('ACL SETUSER'));
  const line = lines.find((text) => text.includes('~app:*') === (which === 'prefix'));
  return line!.split(' ').slice(3);
}

describe.each([
  ['Redis', ensureRedis],
  ['Valkey', ensureValkey],
])('a user of %s', (_name, ensureServer) => {
  let server: RedisServer;
  let admin: Redis;
  let users = 0;

  beforeAll(async () => {
    server = await RedisServer.start({ program: await ensureServer() });
    admin = new Redis(server.url);
  }, 120_000);
  afterEach(async () => {
    await cleanUpReplicas();
    await admin.flushall();
  });
  afterAll(async () => {
    admin.disconnect();
    await cleanUpAll();
  });

  const replicas: Replica[] = [];
  async function cleanUpReplicas(): Promise<void> {
    await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  }

  /** A user with these rights, and a way to start replicas as that user. */
  async function user(...rights: readonly string[]) {
    const name = `app${(users += 1)}`;
    await admin.call('ACL', 'SETUSER', name, 'on', '>secret', ...rights);
    await admin.call('ACL', 'LOG', 'RESET');
    return async (keyPrefix = '') => {
      const redis = { port: server.port, host: '127.0.0.1', username: name, password: 'secret' };
      const replica = await Replica.start({ ...redis, ...(keyPrefix === '' ? {} : { keyPrefix }) });
      replicas.push(replica);
      return replica;
    };
  }

  /** The command line as the user that was made last, to its end. */
  async function cli(prefix: string, ...args: readonly string[]) {
    const env = { REDIS_URL: `redis://app${users}:secret@127.0.0.1:${server.port}` };
    const { exited, lines } = await startProcess(PROGRAM, [...args, '--prefix', prefix], { env });
    return { code: (await exited).code, text: lines.map(({ text }) => text).join('\n') };
  }

  const EVERYTHING = ['~*', '&*', '+@all'];
  const denials = async () =>
    ((await admin.call('ACL', 'LOG')) as readonly (readonly unknown[])[]).map((entry) => entry.slice(0, 8));

  it.each(['key', 'prefix'] as const)(
    'with the documented rights (by %s) elects, hands over, pauses, audits, and is never refused',
    async (which) => {
      const start = await user(...(await documentedRights(which)).filter((right) => !/^(on|>)/.test(right)));
      const prefix = which === 'prefix' ? 'app:' : '';
      const [first, second] = [await start(prefix), await start(prefix)];
      await until(() => first.leads || second.leads, { what: 'a leader' });
      const [leader, standby] = first.leads ? [first, second] : [second, first];
      const nobodyLeads = () =>
        until(() => !first.leads && !second.leads, { what: 'the leader to see that the key is disabled' });
      await leader.works();
      const control = standby.app.get(FleetControl);
      const because = { by: 'ada', why: 'a test' };
      expect(await control.pause('prices', because)).toMatchObject({ outcome: 'done' });
      expect(await control.resume('prices', because)).toMatchObject({ outcome: 'done' });
      expect(await control.stepDown(KEY, because)).toMatchObject({ outcome: 'done' });
      await until(() => first.leads || second.leads, { what: 'the next leader' });
      expect(await control.disable(KEY, { ...because, duration: 60_000 })).toMatchObject({ outcome: 'done' });
      await nobodyLeads();
      expect(await control.enable(KEY, because)).toMatchObject({ outcome: 'done' });
      expect((await control.audit(10)).length).toBe(5);
      await until(() => first.leads || second.leads, { what: 'a leader again' });
      const why = ['--why', 'a test'];
      const fine = { code: 0 };
      expect(await cli(prefix, 'status', '--check')).toMatchObject(fine);
      for (const acts of [
        ['pause', 'prices'],
        ['resume', 'prices'],
        ['trigger', 'prices'],
        ['reset-breaker', 'prices'],
        ['step-down', KEY],
      ])
        expect(await cli(prefix, ...acts, ...why)).toMatchObject(fine);
      const looks = ['leaders', 'stale', 'audit'].map((look) => cli(prefix, look));
      expect(await Promise.all(looks)).toMatchObject([fine, fine, fine]);
      expect(await cli(prefix, 'disable', KEY, '--for', '1m', ...why)).toMatchObject(fine);
      await nobodyLeads();
      expect(await cli(prefix, 'enable', KEY, ...why)).toMatchObject(fine);
      await until(() => first.leads || second.leads, { what: 'a leader once more' });
      const [going, staying] = first.leads ? [first, second] : [second, first];
      const given = stopwatch();
      await going.stop();
      await staying.works();
      expect(given()).toBeLessThan(1_000);
      await staying.stop();
      expect(await denials()).toEqual([]);
      const disabled = /is held by DISABLED now/;
      expect([...first.warnings, ...second.warnings].filter((text) => !disabled.test(text))).toEqual([]);
      if (which === 'prefix') for (const key of await admin.keys('*')) expect(key).toMatch(/^app:/);
    },
    60_000,
  );

  it('without channels is told once what is missing, and leads all the same', async () => {
    const start = await user(...EVERYTHING, 'resetchannels');
    const replica = await start();
    await replica.works();
    expect(await replica.warned(/channels/)).toMatch(
      /^The user "app\d+" has no right to the channels \(NOPERM.*\): a hand-over takes up to the retry interval\. Allow it: ACL SETUSER app\d+ &background-services:\*$/,
    );
    expect(replica.warnings).toHaveLength(1);
  });

  it.each([
    ['-eval', 'EVAL', '+eval'],
    ['-time', 'TIME', '+time'],
    ['-mget', 'MGET', '+mget'],
    ['-pexpire', 'PEXPIRE', '+pexpire'],
  ])('with %s is told at once that %s is missing, and how to get it', async (right, command, grant) => {
    const start = await user(...EVERYTHING, right);
    // A script that the server has already needs EVALSHA alone.
    await admin.call('SCRIPT', 'FLUSH');
    const replica = await start();
    expect(await replica.warned(/lease store/)).toMatch(
      new RegExp(
        `The user "app\\d+" may not run ${command} \\(.*\\)\\. Allow it: ACL SETUSER app\\d+ \\${grant}\\b`,
      ),
    );
    expect(replica.leads).toBe(false);
  });

  it('with -evalsha, which ioredis asks for from the second time on, is told so', async () => {
    const replica = await (await user(...EVERYTHING, '-evalsha'))();
    expect(await replica.warned(/lease store/)).toMatch(
      /may not run EVALSHA .* Allow it: ACL SETUSER app\d+ \+evalsha/,
    );
  });

  it.each(['-info', '-hello', '-client', '-select'])('with %s leads, and is not troubled', async (right) => {
    const replica = await (await user(...EVERYTHING, right))();
    await replica.works();
    expect(replica.warnings).toEqual([]);
  });

  it('with a right to other keys is told which keys it needs', async () => {
    const start = await user('resetkeys', '~other:*', '&*', '+@all');
    const replica = await start();
    expect(await replica.warned(/lease store/)).toMatch(
      /The user "app\d+" has no right to the keys \(.*\)\. Allow it: ACL SETUSER app\d+ ~prices:leader ~\{prices:leader\}:\* ~\{background-services\}:\*/,
    );
    const prefixed = await start('app:');
    expect(await prefixed.warned(/lease store/)).toMatch(/Allow it: ACL SETUSER app\d+ ~app:\*/);
  });

  it('with a right to the leases alone leads, and is told what the fleet lacks', async () => {
    const start = await user(`~${KEY}`, `~{${KEY}}:*`, '&*', '+@all');
    const replica = await start();
    await replica.works();
    expect(await replica.warned(/no right to the keys/)).toContain('~{background-services}:*');
  });

  it('with a wrong password is told so, without the password', async () => {
    await user(...EVERYTHING);
    const replica = await Replica.start({
      ...{ host: '127.0.0.1', port: server.port, username: `app${users}`, password: 'hush' },
    });
    replicas.push(replica);
    const warning = await replica.warned(/lease store/);
    expect(warning).toMatch(
      /User name or password is wrong at 127\.0\.0\.1:\d+ \(WRONGPASS .*\)\. Check user name and password/,
    );
    expect(JSON.stringify(replica.lines)).not.toContain('hush');
  });

  it('has any password in a URL, if it is percent-encoded', async () => {
    const password = 'a#b@c%d e/f?g:h';
    await admin.call('ACL', 'SETUSER', 'signs', 'on', `>${password}`, ...EVERYTHING);
    onCleanUp(async () => void (await admin.call('ACL', 'DELUSER', 'signs').catch(() => undefined)));
    const url = `redis://signs:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
    const replica = await Replica.start(url);
    replicas.push(replica);
    await replica.works();
  });
});
