import { describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import { REDIS_OPTION_NAMES } from './redis-option-names.js';
import { redisTargetProblems } from './redis-target.js';
import { asRedisUrl } from './redis-url.js';

const problemsOf = (redis: unknown) =>
  redisTargetProblems('redis', redis).map(({ field, expected }) => `${field}: ${expected}`);

describe('a Redis target', () => {
  it.each([
    'redis://localhost',
    'redis://localhost/',
    'rediss://user:pass@redis.example:6380/2',
    'redis://:only@redis.example',
    'redis://[::1]:6379/0',
    'redis://redis.example:6379?db=2&password=p@ss&family=6',
    'localhost',
    'localhost:6380',
    ':secret@redis.example:6380',
    '/run/redis.sock',
    '/run/redis@home.sock?db=2',
    '6380',
    {},
    { port: 6_380 },
    { host: 'a', port: 6_380, username: 'u', password: 'p', db: 1, tls: {}, keyPrefix: 'app:' },
    { host: 'a', path: undefined },
    { path: '/run/redis.sock', host: undefined },
    { name: 'main', sentinels: [{ host: 'a', port: 26_379 }], sentinelPassword: 'p' },
  ])('may be %j', (redis) => {
    expect(problemsOf(redis)).toEqual([]);
  });

  it.each([
    [{ url: 'redis://redis.example' }, 'redis.url: the URL itself: redis: "redis://…"'],
    [{ uri: 'redis://redis.example' }, 'redis.uri: the URL itself: redis: "redis://…"'],
    [{ connectionString: 'redis://x' }, 'redis.connectionString: the URL itself: redis: "redis://…"'],
    [{ REDIS_URL: 'redis://x' }, 'redis.REDIS_URL: the URL itself: redis: "redis://…"'],
    [{ socket: { host: 'x' } }, 'redis.socket: host, port and tls themselves: redis: { host, port, tls }'],
    [{ nodes: [] }, 'redis.nodes: a client of the cluster: redis: new Cluster([{ host, port }])'],
    [{ rootNodes: [] }, 'redis.rootNodes: a client of the cluster: redis: new Cluster([{ host, port }])'],
    [{ connection: { host: 'x' } }, 'redis.connection: its fields themselves: redis: { host, port }'],
    [{ hostname: 'x' }, 'redis.hostname: host'],
    [{ Host: 'x' }, 'redis.Host: host'],
    [{ hots: 'x' }, 'redis.hots: host'],
    [{ host: 'x', user: 'u' }, 'redis.user: username'],
    [{ host: 'x', pass: 'p' }, 'redis.pass: password'],
    [{ host: 'x', database: 2 }, 'redis.database: db'],
    [{ host: 'x', ssl: true }, 'redis.ssl: tls: {}'],
    [{ host: 'x', ca: 'x' }, 'redis.ca: tls: { … } around it'],
    [{ host: 'x', prefix: 'app:' }, 'redis.prefix: keyPrefix'],
    [{ host: 'x', keyprefix: 'app:' }, 'redis.keyprefix: keyPrefix'],
    [{ host: 'x', retryStrategie: 1 }, 'redis.retryStrategie: retryStrategy'],
    [
      { foobar: 1 },
      'redis.foobar: an option of ioredis, such as host, port, username, password, db, tls, keyPrefix',
    ],
    [{ constructor: 1 }, expect.stringMatching(/^redis\.constructor: /)],
    [{ sentinels: [{ url: 'x' }] }, 'redis.sentinels[0].url: host and port'],
    [{ sentinels: ['a:26379'] }, 'redis.sentinels[0]: an object { host, port }'],
  ])('names the right form of %j, which ioredis would take for localhost', (redis, problem) => {
    expect(problemsOf(redis)).toEqual([problem]);
  });

  it.each([
    [{ host: undefined }, 'redis.host'],
    [{ host: undefined, port: 6_379, password: undefined }, 'redis.host'],
    [{ host: '' }, 'redis.host'],
    [{ path: '' }, 'redis.path'],
  ])('%j is an environment variable that is not set, and not localhost', (redis, field) => {
    expect(problemsOf(redis)).toEqual([`${field}: a value: is an environment variable not set?`]);
  });

  it.each(['redis://', 'redis://undefined:6379', 'rediss://null', 'undefined:6379', 'redis:///2'])(
    '%j is an environment variable that is not set, and not localhost',
    (redis) => {
      expect(problemsOf(redis)).toEqual([
        'redis: a redis:// or rediss:// URL with a host: is an environment variable empty?',
      ]);
    },
  );

  it.each([
    '',
    'http://a',
    'redis://[localhost',
    'redis:/a:6379',
    'localhost:6379/2',
    'REDIS://:a b',
    'redis://a:0',
    'redis://a:99999',
    'a b',
  ])('is not %j', (redis) => {
    expect(problemsOf(redis)).toEqual([expect.stringMatching(/^redis: a redis:\/\/ or rediss:\/\/ URL/)]);
  });

  it('has the number of a database in its path, and nothing else', () => {
    expect(problemsOf('redis://a:6379/prices')).toEqual([
      'redis: a redis:// or rediss:// URL whose path is the number of a database',
    ]);
  });

  it('is of no more names than the types of ioredis know, nor of fewer', () => {
    // The compiler compares them; a name that is missing here would refuse a boot.
    const missing: readonly Exclude<keyof RedisOptions, (typeof REDIS_OPTION_NAMES)[number]>[] =
      [] as never[];
    expect(missing satisfies readonly never[]).toEqual([]);
  });

  it('knows whatever the installed copy of ioredis has a default for', () => {
    const { options } = new Redis({ lazyConnect: true });
    expect(
      Object.keys(options).filter((name) => !(REDIS_OPTION_NAMES as readonly string[]).includes(name)),
    ).toEqual([]);
    expect(redisTargetProblems('redis', { comesNextYear: 1 }, ['comesNextYear'])).toEqual([]);
  });
});

describe('a password', () => {
  const PASSWORD = 'a#b@c%d e/f?g:h';

  it('that is percent-encoded may have any letters', () => {
    expect(problemsOf(`redis://user:${encodeURIComponent(PASSWORD)}@redis.example:6379`)).toEqual([]);
  });

  it.each(['#', '%', ' ', '/', '?', '1#', '1/', '1?b', '1?b=c'])(
    'with an unencoded %j is refused with the cure, and is not shown',
    (part) => {
      const url = `redis://user:${part}topsecret@redis.example:6379`;
      expect(redisTargetProblems('redis', url)).toEqual([
        {
          field: 'redis',
          expected: expect.stringMatching(/percent-encoded.*%23.*redis: \{ host, port, password \}/),
          received: 'redis://***@redis.example:6379',
        },
      ]);
    },
  );

  it('in an option of another name is not shown', () => {
    const options = { url: 'redis://u:topsecret@h', pass: 'topsecret', socket: { password: 'topsecret' } };
    expect(JSON.stringify(redisTargetProblems('redis', options))).not.toContain('topsecret');
  });
});

describe('an address without a scheme', () => {
  it.each([
    ['localhost:6380', 'redis://localhost:6380'],
    [':secret@redis.example', 'redis://:secret@redis.example'],
    ['6380', 'redis://localhost:6380'],
    ['/run/redis.sock', '/run/redis.sock'],
    ['rediss://a', 'rediss://a'],
  ])('%j is %j to other clients', (address, url) => {
    expect(asRedisUrl(address)).toBe(url);
  });
});
