import { nearest, plain } from '../kit/index.js';

/**
 * The options of an ioredis client, of 5.4 and of 6. Types are gone when an app runs, and ioredis ignores every other name without a word: a
 * misspelt address is `localhost:6379` then.
 */
export const REDIS_OPTION_NAMES = [
  // Where, and as whom.
  ...['host', 'port', 'path', 'family', 'username', 'password', 'db', 'tls', 'connectionName', 'keyPrefix'],
  // Sentinel.
  ...['sentinels', 'name', 'role', 'sentinelUsername', 'sentinelPassword', 'sentinelRetryStrategy'],
  ...['sentinelReconnectStrategy', 'preferredSlaves', 'sentinelCommandTimeout', 'enableTLSForSentinelMode'],
  ...['sentinelTLS', 'natMap', 'updateSentinels', 'sentinelMaxConnections', 'failoverDetector'],
  // How it behaves.
  ...[
    'Connector',
    'retryStrategy',
    'commandTimeout',
    'blockingTimeout',
    'blockingTimeoutGrace',
    'socketTimeout',
  ],
  ...['keepAlive', 'noDelay', 'disableClientInfo', 'clientInfoTag', 'autoResubscribe', 'reconnectOnError'],
  ...['autoResendUnfulfilledCommands', 'readOnly', 'stringNumbers', 'protocol', 'replyMapping', 'monitor'],
  ...['connectTimeout', 'disconnectTimeout', 'maxRetriesPerRequest', 'maxLoadingRetryTime', 'offlineQueue'],
  ...['enableAutoPipelining', 'autoPipeliningIgnoredCommands', 'commandQueue', 'enableOfflineQueue'],
  ...['enableReadyCheck', 'lazyConnect', 'scripts', 'himportFieldsets', 'showFriendlyErrorStack'],
  // Of the socket.
  ...['localAddress', 'localPort', 'hints', 'lookup', 'keepAliveInitialDelay', 'autoSelectFamily'],
  ...['autoSelectFamilyAttemptTimeout', 'timeout', 'onread', 'fd', 'readable', 'writable', 'signal'],
  ...['allowHalfOpen', 'blockList', 'noDelay', 'typeOfService'],
] as const;

const KNOWN: ReadonlySet<string> = new Set(REDIS_OPTION_NAMES);

/** What people write who know another client, and what it is called here. */
const URL_ITSELF = 'the URL itself: redis: "redis://…"';
const BESIDE = 'host, port and tls themselves: redis: { host, port, tls }';
const CLUSTER = 'a client of the cluster: redis: new Cluster([{ host, port }])';
const INNER = 'its fields themselves: redis: { host, port }';
const FOREIGN: Readonly<Record<string, string>> = {
  ...of(['url', 'uri', 'connectionstring', 'redisurl', 'dsn', 'address', 'endpoint', 'href'], URL_ITSELF),
  socket: BESIDE,
  ...of(['nodes', 'rootnodes', 'startupnodes', 'cluster', 'clusternodes', 'redisoptions'], CLUSTER),
  ...of(['connection', 'options', 'config', 'redis', 'client', 'server'], INNER),
  ...of(['hostname', 'hosts', 'ip'], 'host'),
  unixsocket: 'path',
  ...of(['user', 'login'], 'username'),
  ...of(['pass', 'passwd', 'pwd', 'authpass', 'auth', 'secret', 'token'], 'password'),
  ...of(['database', 'index', 'databaseid'], 'db'),
  ...of(['ssl', 'secure', 'usetls'], 'tls: {}'),
  ...of(
    ['ca', 'cert', 'key', 'rejectunauthorized', 'pfx', 'passphrase', 'servername'],
    'tls: { … } around it',
  ),
  ...of(['prefix', 'namespace'], 'keyPrefix'),
  ...of(['master', 'mastername', 'sentinelname', 'sentinelmaster'], 'name'),
  sentinel: 'sentinels',
};

/** Whether ioredis has an option of this name; `more`: names that the installed copy has besides those that are known here. */
export function isRedisOption(name: string, more: readonly string[] = []): boolean {
  return KNOWN.has(name) || more.includes(name);
}

/** What was meant by an option that ioredis does not have, in words. */
export function meantBy(name: string): string {
  const foreign = Object.hasOwn(FOREIGN, plain(name)) ? FOREIGN[plain(name)] : undefined;
  if (foreign !== undefined) return foreign;
  return (
    nearest(name, KNOWN, 3) ??
    'an option of ioredis, such as host, port, username, password, db, tls, keyPrefix'
  );
}

function of(names: readonly string[], meant: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, meant]));
}
