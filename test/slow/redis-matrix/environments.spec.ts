import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import { FleetControl, FleetStatus } from 'nestjs-background-services/fleet';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { expectToRise, lead } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { stopwatch } from '../../support/stopwatch.js';
import { TlsAuthority } from '../../support/tls-authority.js';
import { until } from '../../support/until.js';
import { KEY, Replica } from './replica.js';

const HERE = { host: '127.0.0.1' };

function client(server: RedisServer, options: RedisOptions = {}): Redis {
  const redis = new Redis({ ...HERE, port: server.port, ...options });
  redis.on('error', () => undefined);
  onCleanUp(() => redis.disconnect());
  return redis;
}

describe('a server with renamed commands', () => {
  afterEach(cleanUpAll);

  it.each(['EVAL', 'TIME', 'PEXPIRE'])('without %s is told at once what it lacks', async (command) => {
    const server = await RedisServer.start({ config: `rename-command ${command} ""\n` });
    const replica = await Replica.start(server.url);
    expect(await replica.warned(/lease store/)).toMatch(
      new RegExp(`The server does not know ${command} \\(.*\\)\\. Take a rename-command of ${command} back`),
    );
    expect(replica.leads).toBe(false);
  });

  it('may have renamed INFO, HELLO and CLIENT', async () => {
    const renamed = ['INFO', 'HELLO', 'CLIENT'].map((command) => `rename-command ${command} ""\n`).join('');
    const server = await RedisServer.start({ config: `requirepass secret\n${renamed}` });
    const replica = await Replica.start(`redis://:secret@127.0.0.1:${server.port}`);
    await replica.works();
    expect(replica.warnings).toEqual([]);
  });

  it('never shows a password that it repeats with an unknown command', async () => {
    const server = await RedisServer.start({ config: 'rename-command HELLO ""\nrename-command AUTH ""\n' });
    const replica = await Replica.start(`redis://app:hush@127.0.0.1:${server.port}`);
    await replica.warned(/lease store/);
    expect(JSON.stringify(replica.lines)).not.toContain('hush');
  });
});

describe('a server with TLS', () => {
  let authority: TlsAuthority;
  let secure: RedisServer;

  beforeAll(async () => {
    authority = await TlsAuthority.create();
    secure = await RedisServer.start({ tls: authority.server });
  });
  afterAll(cleanUpAll);

  const started: Replica[] = [];
  const start = async (redis: Parameters<typeof Replica.start>[0]) => {
    // A handshake takes longer on a busy machine.
    const replica = await Replica.start(redis, { lease: { ttl: 15_000 } });
    started.push(replica);
    return replica;
  };
  afterEach(() => Promise.all(started.splice(0).map((replica) => replica.stop())));

  it('of an authority of its own is led on', async () => {
    const replica = await start({ ...HERE, port: secure.port, tls: { ca: authority.ca } });
    await replica.works();
    expect(replica.warnings).toEqual([]);
  });

  it('of an authority that is not trusted says so', async () => {
    const other = await TlsAuthority.create();
    for (const redis of [secure.url, { ...HERE, port: secure.port, tls: { ca: other.ca } }]) {
      const replica = await start(redis);
      expect(await replica.warned(/lease store/)).toMatch(
        /signed by an authority that this process does not trust at 127\.0\.0\.1:\d+ \(.*\)\. Give the authority's certificate/,
      );
    }
  });

  it('is told from one without, in both directions', async () => {
    const plain = await RedisServer.start();
    const overTls = await start(`rediss://127.0.0.1:${plain.port}`);
    expect(await overTls.warned(/lease store/)).toMatch(/There is no TLS|whether this port has TLS/);
    const overPlain = await start({ ...HERE, port: secure.port });
    expect(await overPlain.warned(/lease store/)).toMatch(/whether this port asks for TLS \(rediss:\/\/\)/);
  });
});

describe('a key prefix', () => {
  afterEach(cleanUpAll);

  it.each(['of its own', 'of a client that is handed in'])(
    '%s is on every key and channel',
    async (whose) => {
      const server = await RedisServer.start();
      const admin = client(server);
      const redis = { ...HERE, port: server.port, keyPrefix: 'app:' };
      const target = () =>
        whose === 'of its own' ? redis : client(server, { keyPrefix: 'app:', lazyConnect: true });
      const [leader, standby] = [await Replica.start(target()), await Replica.start(target())];
      await until(() => leader.leads || standby.leads, { what: 'a leader' });
      await standby.app.get(FleetControl).pause('prices', { by: 'ada', why: 'a test' });
      const keys = await admin.keys('*');
      expect(keys).toContain(`app:${KEY}`);
      expect(keys).toContain(`app:{app:${KEY}}:token`);
      expect(keys.filter((key) => !key.startsWith('app:'))).toEqual([]);
      const channels = (await admin.pubsub('CHANNELS')) as string[];
      expect(channels.filter((channel) => !channel.startsWith('app:'))).toEqual([]);
    },
  );

  it('is changed to the new names of companions under a running fleet: one leader, and tokens that rise', async () => {
    const server = await RedisServer.start();
    const admin = client(server);
    const redis = { ...HERE, port: server.port, keyPrefix: 'app:' };
    const store = new RedisLeaseStore({ redis, commandTimeout: 1_000 });
    onCleanUp(() => store.close());
    // As the version before wrote it: the lease has kept its name, its companions have not.
    const token = Date.now();
    await admin.set(`{app:${KEY}}:token`, token);
    await admin.set(`app:${KEY}`, 'old', 'PX', 60_000);
    expect(await store.acquire([{ key: KEY, holder: 'new', ttl: 1_000, tokenFloor: 0 }])).toMatchObject([
      { outcome: 'held', holder: 'old' },
    ]);
    await admin.del(`app:${KEY}`);
    await until(async () => Date.now() > token, { what: 'the next millisecond', every: 1 });
    expectToRise([token, (await lead(store, KEY, 'new')).token]);
  });
});

describe('a server that is full', () => {
  afterEach(cleanUpAll);

  it('elects, hands over and keeps its view and its acts going', async () => {
    const server = await RedisServer.start({ args: ['--maxmemory-policy', 'noeviction'] });
    const admin = client(server);
    const first = await Replica.start(server.url);
    await first.works();
    await admin.config('SET', 'maxmemory', '1');
    await expect(admin.set('anything', 'x')).rejects.toThrow('OOM');
    const second = await Replica.start(server.url);
    await until(() => second.app.get(FleetStatus).viewAnew(), {
      what: 'both replicas in the view',
      satisfies: ({ replicas }) => replicas.length === 2,
    });
    const control = second.app.get(FleetControl);
    expect(await control.pause('prices', { by: 'ada', why: 'full' })).toMatchObject({ outcome: 'done' });
    expect(await control.resume('prices', { by: 'ada', why: 'full' })).toMatchObject({ outcome: 'done' });
    expect(await control.audit(10)).toHaveLength(2);
    const given = stopwatch();
    await first.stop();
    await second.works();
    expect(given()).toBeLessThan(1_500);
    expect([...first.warnings, ...second.warnings]).toEqual([]);
  });
});

describe('an eviction policy', () => {
  let server: RedisServer;
  let admin: Redis;

  beforeAll(async () => {
    server = await RedisServer.start();
    admin = client(server);
  });
  afterAll(cleanUpAll);

  it.each([
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ])('%s is warned of once, with what it breaks', async (policy) => {
    await admin.config('SET', 'maxmemory-policy', policy);
    const replica = await Replica.start(server.url);
    await replica.works();
    expect(await replica.warned(/evicts keys/)).toMatch(
      new RegExp(
        `maxmemory-policy ${policy}.*two leaders.*Fencing tokens hold\\. Set maxmemory-policy to noeviction`,
      ),
    );
    expect(replica.warnings).toHaveLength(1);
    await replica.stop();
  });

  it('that evicts nothing is not', async () => {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    const replica = await Replica.start(server.url);
    await replica.works();
    expect(replica.warnings).toEqual([]);
  });
});

describe('a server that restarts', () => {
  afterEach(cleanUpAll);

  it('with a file: the lease goes on under its token', async () => {
    const server = await RedisServer.start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const replica = await Replica.start(server.url, { lease: { ttl: 20_000 } });
    await replica.works();
    const token = await client(server).get(`{${KEY}}:token`);
    await server.restart();
    const after = client(server, { maxRetriesPerRequest: 0 });
    expect(await until(() => after.get(`{${KEY}}:token`), { what: 'the token' })).toBe(token);
    await replica.works();
    expect(replica.leads).toBe(true);
    expect(replica.warnings.filter((text) => /has lost/.test(text))).toEqual([]);
  });

  it('without one: says that it has lost what was recorded, and leads on under a larger token', async () => {
    const server = await RedisServer.start();
    const replica = await Replica.start(server.url);
    await replica.works();
    const token = Number(await client(server).get(`{${KEY}}:token`));
    await server.restart();
    expect(await replica.warned(/has lost/)).toMatch(
      /^Redis has lost the token and the ledger of "prices:leader" .*cron slots.*Turn on appendonly/,
    );
    await replica.works();
    expectToRise([token, Number(await client(server).get(`{${KEY}}:token`))]);
  });
});

describe('a database that does not exist', () => {
  afterEach(cleanUpAll);

  it('is an error, and not database 0', async () => {
    const server = await RedisServer.start({ args: ['--databases', '2'] });
    const replica = await Replica.start(`${server.url}/5`);
    expect(await replica.warned(/lease store/)).toMatch(
      /There is no database of this number at 127\.0\.0\.1:\d+ \(ERR .*\)\. Choose a lower one/,
    );
    expect(await client(server).dbsize()).toBe(0);
  });
});

describe('an address without a scheme', () => {
  afterEach(cleanUpAll);

  it('is led on', async () => {
    const server = await RedisServer.start();
    const replica = await Replica.start(`127.0.0.1:${server.port}`);
    await replica.works();
  });
});
