import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import {
  isCluster,
  keyPrefixOf,
  leaseConnection,
  type RedisClient,
  type RedisTarget,
  subscriberConnection,
} from './connection.js';

/** Nothing here connects: a connection waits for `connect()`. */
const connections = {
  lease: (target: RedisTarget) => optionsOf(leaseConnection(target, { commandTimeout: 200 })),
  subscriber: (target: RedisTarget) => optionsOf(subscriberConnection(target)),
};

const RECKLESS: RedisOptions = {
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  maxRetriesPerRequest: null,
  commandTimeout: 60_000,
  socketTimeout: 60_000,
  lazyConnect: false,
  stringNumbers: true,
  enableAutoPipelining: true,
  reconnectOnError: () => 2,
  retryStrategy: () => null,
};

const PLACE = { host: 'redis.example', port: 7_000, db: 3, username: 'app', password: 's:e@c/ret' };

const TARGETS: [string, RedisTarget][] = [
  ['a URL', 'redis://app:s%3Ae%40c%2Fret@redis.example:7000/3'],
  [
    'a URL with options in its query',
    'redis://app:s%3Ae%40c%2Fret@redis.example:7000/3?enableOfflineQueue=true&maxRetriesPerRequest=99&commandTimeout=60000' +
      '&socketTimeout=60000&stringNumbers=true&keyPrefix=app:&lazyConnect=&enableAutoPipelining=true',
  ],
  ['options', { ...PLACE, ...RECKLESS, keyPrefix: 'app:' }],
  ['a client', new Redis({ ...PLACE, ...RECKLESS, keyPrefix: 'app:', lazyConnect: true })],
];

describe.each(TARGETS)('a connection from %s', (_what, target) => {
  it.each(['lease', 'subscriber'] as const)('of the %s goes to the same place', (kind) => {
    expect(connections[kind](target)).toMatchObject(PLACE);
  });

  it('of the lease lets nothing wait unseen', () => {
    expect(connections.lease(target)).toMatchObject({
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 200,
      socketTimeout: 400,
      connectTimeout: 1_000,
      stringNumbers: false,
      enableAutoPipelining: false,
    });
  });

  it('of the lease looks for the new master when the old one takes no writes, and sends nothing twice', () => {
    const { reconnectOnError } = connections.lease(target);
    expect(reconnectOnError?.(new Error("READONLY You can't write against a read only replica."))).toBe(true);
    expect(reconnectOnError?.(new Error('ERR something else'))).toBe(false);
  });

  it('of the subscriber never gives up, and leaves no subscription to ioredis', () => {
    const options = connections.subscriber(target);
    expect(options).toMatchObject({ enableOfflineQueue: false, autoResubscribe: false });
    expect(options.commandTimeout).toBeUndefined();
    expect(options.socketTimeout).toBeUndefined();
    expect([1, 10, 1_000].map((attempt) => options.retryStrategy?.(attempt))).toEqual([100, 1_000, 1_000]);
  });

  it.each(['lease', 'subscriber'] as const)('of the %s adds no prefix of its own', (kind) => {
    expect(connections[kind](target).keyPrefix).toBe('');
  });
});

describe('leaseConnection', () => {
  it('tries again soon at first, and then about once a command time-out', () => {
    const { retryStrategy } = connections.lease('redis://127.0.0.1');
    expect([1, 2, 3, 4, 100].map((attempt) => retryStrategy?.(attempt))).toEqual([50, 100, 150, 200, 200]);
  });

  it('gives a connection as long as two commands, if those are slow', () => {
    const client = leaseConnection('redis://127.0.0.1', { commandTimeout: 3_000 });
    expect(optionsOf(client).connectTimeout).toBe(6_000);
  });

  it.each([
    ['a bare host', 'redis.example', { host: 'redis.example', port: 6379 }],
    ['host and port', 'redis.example:7000', { host: 'redis.example', port: 7_000 }],
    ['a socket', '/run/redis.sock?db=2', { path: '/run/redis.sock', db: 2 }],
    ['an IPv6 address', 'redis://[::1]:7000', { host: '::1', port: 7_000 }],
    ['TLS', 'rediss://redis.example', { host: 'redis.example', tls: true }],
  ])('takes %s', (_what, target, expected) => {
    expect(connections.lease(target)).toMatchObject(expected);
  });

  it('knows a client of another copy of ioredis for one, and asks it for its duplicate', () => {
    const asked: RedisOptions[] = [];
    const foreign = {
      isCluster: false,
      options: { ...PLACE, keyPrefix: 'app:' },
      duplicate: (options: RedisOptions) => {
        asked.push(options);
        return new Redis({ ...PLACE, ...options });
      },
    };
    const client = leaseConnection(foreign as unknown as Redis, { commandTimeout: 200 });
    expect(optionsOf(client)).toMatchObject({ ...PLACE, commandTimeout: 200 });
    expect(asked).toMatchObject([{ lazyConnect: true, enableOfflineQueue: false }]);
    expect(keyPrefixOf(foreign as unknown as Redis)).toBe('app:');
  });
});

describe('a connection from a Cluster client', () => {
  const cluster = () =>
    new Cluster([{ host: '127.0.0.1', port: 7_000 }], {
      lazyConnect: true,
      keyPrefix: 'app:',
      enableAutoPipelining: true,
      redisOptions: { password: 'secret', tls: {}, commandTimeout: 60_000 },
    });

  it('keeps what its nodes ask for, and puts the safety of the lease on top', () => {
    const client = leaseConnection(cluster(), { commandTimeout: 200 });
    if (!isCluster(client)) throw new Error('not a cluster');
    expect(client.options).toMatchObject({
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      keyPrefix: '',
      redisOptions: { password: 'secret', tls: {}, commandTimeout: 200, maxRetriesPerRequest: 0 },
    });
  });

  it('is a cluster itself, and waits for connect()', () => {
    expect([
      leaseConnection(cluster(), { commandTimeout: 200 }),
      subscriberConnection(cluster()),
    ]).toMatchObject([
      { isCluster: true, status: 'wait' },
      { isCluster: true, status: 'wait' },
    ]);
  });
});

describe('keyPrefixOf', () => {
  it.each<[string, RedisTarget, string]>([
    ['a URL without one', 'redis://127.0.0.1:6379/2', ''],
    ['a URL', 'redis://127.0.0.1/?keyPrefix=app%3A', 'app:'],
    ['a socket', '/run/redis.sock?keyPrefix=app:', 'app:'],
    ['a bare port', '6379', ''],
    ['options', { keyPrefix: 'app:' }, 'app:'],
    ['options without one', {}, ''],
    ['a client', new Redis({ keyPrefix: 'app:', lazyConnect: true }), 'app:'],
    ['a cluster', new Cluster([], { keyPrefix: 'app:', lazyConnect: true }), 'app:'],
    [
      'the nodes of a cluster',
      new Cluster([], { redisOptions: { keyPrefix: 'n:' }, lazyConnect: true }),
      'n:',
    ],
  ])('finds the one of %s', (_what, target, prefix) => {
    expect(keyPrefixOf(target)).toBe(prefix);
  });
});

function optionsOf(client: RedisClient): RedisOptions {
  if (isCluster(client)) throw new Error('a cluster');
  return client.options;
}
