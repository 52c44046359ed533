import { describe, expect, it } from '@jest/globals';
import { systemClock } from 'nestjs-background-services/store';
import { resolveJobOptions } from '../decorators/resolve-job-options.js';
import { InvalidJobsOptionsError } from '../errors/index.js';
import type { BackgroundJobsOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';

const guard = { canActivate: () => true };

/** The fields that an error complains of. */
function wrongIn(resolve: () => unknown): readonly string[] {
  try {
    resolve();
  } catch (error) {
    if (!(error instanceof InvalidJobsOptionsError)) throw error;
    for (const { field, expected } of error.problems)
      expect(error.message).toContain(`${field}: expected ${expected}`);
    return error.problems.map(({ field }) => field);
  }
  return [];
}

describe('Options of the module', () => {
  it('have defaults', () => {
    expect(resolveOptions({})).toEqual({
      ...{ redis: undefined, prefix: '{background-jobs}', file: undefined, http: undefined },
      ...{ concurrency: 10, itemConcurrency: 50, drainTimeout: 5_000 },
      retention: { completed: 86_400_000, failed: 604_800_000 },
      ...{ clock: systemClock, random: Math.random },
    });
  });

  it('keep what they are given, and fill in the rest', () => {
    expect(resolveOptions({ retention: { failed: 1 }, concurrency: 0 })).toMatchObject({
      ...{ retention: { completed: 86_400_000, failed: 1 }, concurrency: 0 },
    });
    for (const redis of [
      'rediss://host',
      'host:6380',
      '6380',
      '/run/redis.sock',
      { host: 'a', password: 'b#@% c' },
    ])
      expect(resolveOptions({ redis, replicas: 3 })).toMatchObject({ redis });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', null, ['options']],
    ['a text', 'redis://host', ['options']],
    ['an unknown field', { redsi: 'redis://host' }, ['redsi']],
    ['a URL of something else', { redis: 'http://host' }, ['redis']],
    ['a URL under a name', { redis: { url: 'redis://host' } }, ['redis.url']],
    ['a URI', { redis: { uri: 'redis://host' } }, ['redis.uri']],
    ['a connection string', { redis: { connectionString: 'redis://host' } }, ['redis.connectionString']],
    ['a socket of another client', { redis: { socket: { host: 'host' } } }, ['redis.socket']],
    ['nodes of a cluster', { redis: { nodes: ['redis://host'] } }, ['redis.nodes']],
    ['a client of another package', { redis: { duplicate: () => undefined } }, ['redis']],
    ['a list', { redis: [{ host: 'host' }] }, ['redis']],
    ['a URL object', { redis: new URL('redis://host') }, ['redis']],
    ['a host that is not set', { redis: { host: undefined } }, ['redis.host']],
    ['a password that is not encoded', { redis: 'redis://:a#b@host' }, ['redis']],
    ['a prefix without a hash tag', { prefix: 'jobs' }, ['prefix']],
    ['a prefix with an empty one', { prefix: '{}' }, ['prefix']],
    ['an empty file', { file: '' }, ['file']],
    ['Redis and a file', { redis: 'redis://host', file: 'jobs' }, ['file']],
    ['several replicas in memory', { replicas: 2 }, ['replicas']],
    ['no replica', { replicas: 0 }, ['replicas']],
    ['numbers that are none', { concurrency: '5', itemConcurrency: NaN }, ['concurrency', 'itemConcurrency']],
    [
      'numbers that are too small',
      { concurrency: -1, itemConcurrency: 0, drainTimeout: -1 },
      [...['concurrency', 'itemConcurrency', 'drainTimeout']],
    ],
    [
      'no retention',
      { retention: { completed: 0, failed: Infinity } },
      ['retention.completed', 'retention.failed'],
    ],
    ['http of another kind', { http: 'jobs' }, ['http']],
    ['a path with a pattern', { http: { guard, path: 'jobs/:id' } }, ['http.path']],
    ['both kinds of guards', { http: { guard, guards: { read: guard } } }, ['http.guard']],
    [
      'guards that are none',
      { http: { guards: { read: 1, act: {} } } },
      ['http.guards.read', 'http.guards.act'],
    ],
    ['an unknown field of http', { http: { guard, cors: true } }, ['http.cors']],
    ['who asks as a text', { http: { guard, identify: 'me' } }, ['http.identify']],
  ])('refuse %s', (_, options, fields) => {
    expect(wrongIn(() => resolveOptions(options as BackgroundJobsOptions))).toEqual(fields);
  });

  it('keep jobs for ever, and count as far as numbers are exact', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const retention = { completed: most, failed: most };
    expect(resolveOptions({ retention, concurrency: most })).toMatchObject({ retention, concurrency: most });
    expect(wrongIn(() => resolveOptions({ retention: { failed: 2 ** 53 }, concurrency: 1e300 }))).toEqual([
      ...['concurrency', 'retention.failed'],
    ]);
    expect(wrongIn(() => resolveJobOptions('t', { concurrency: 1e300, maxFailures: most }))).toEqual([
      'concurrency',
    ]);
  });

  it('never show a password', () => {
    const redis = 'https://user:secret@host';
    expect(() => resolveOptions({ redis })).toThrow(InvalidJobsOptionsError);
    expect(() => resolveOptions({ redis })).not.toThrow(/secret/);
  });

  it('mount nothing without a guard', () => {
    expect(resolveOptions({ http: { path: 'jobs' } }).http).toBeUndefined();
    expect(resolveOptions({ http: { path: '/api/jobs/', guard } }).http).toEqual({
      ...{ path: 'api/jobs', guards: { read: guard, act: guard }, identify: undefined },
      ...{ maxLongPolls: 1_000, maxStreams: 2_000 },
    });
  });
});

describe('Options of a job type', () => {
  it('have defaults', () => {
    expect(resolveJobOptions('x')).toEqual({
      ...{
        concurrency: 5,
        rateLimit: undefined,
        itemTimeout: 60_000,
        maxFailures: undefined,
        failureRatio: 1,
      },
      retries: { attempts: 3, minDelay: 500, maxDelay: 30_000 },
      ...{ maxPending: 1_000, maxItems: 1_000_000, maxItemSize: 65_536, maxRequestSize: 1_048_576 },
      ...{ mode: 'async', body: undefined },
    });
  });

  it.each<[string, object, readonly string[]]>([
    ['an unknown field', { retry: 3 }, ['retry']],
    [
      'counts that are none',
      { concurrency: 0, maxPending: 1.5, maxFailures: -1 },
      [...['concurrency', 'maxFailures', 'maxPending']],
    ],
    ['a rate without an end', { rateLimit: { items: 0, per: 0 } }, ['rateLimit.items', 'rateLimit.per']],
    [
      'retries that are none',
      { retries: { attempts: 0, minDelay: -1, maxDelay: 2 ** 31 } },
      [...['retries.attempts', 'retries.minDelay', 'retries.maxDelay']],
    ],
    ['a share of more than all', { failureRatio: 1.1 }, ['failureRatio']],
    ['no time', { itemTimeout: 0 }, ['itemTimeout']],
    ['an unknown mode', { mode: 'later' }, ['mode']],
    ['a body that checks nothing', { body: {} }, ['body']],
  ])('refuse %s', (_, options, fields) => {
    expect(wrongIn(() => resolveJobOptions('x', options))).toEqual(fields);
  });
});
