/**
 * The commands that a user of Redis needs for jobs, as `ACL SETUSER` takes them: those of the scripts of this store and of BullMQ, and what both ask for
 * beside them. The README has them, and a test runs jobs with them alone.
 */
export const JOBS_COMMANDS = [
  ...[
    'info',
    'eval',
    'evalsha',
    'publish',
    'subscribe',
    'client|setname',
    'type',
    'exists',
    'persist',
    'pexpire',
    'pttl',
  ],
  ...['del', 'unlink', 'get', 'set', 'incr', 'getrange', 'setbit', 'bitpos'],
  ...['hget', 'hset', 'hmget', 'hmset', 'hgetall', 'hexists', 'hincrby', 'hstrlen'],
  ...['llen', 'lindex', 'lrange', 'lpush', 'rpush', 'lrem', 'rpoplpush'],
  ...['sadd', 'srem', 'scard', 'smembers', 'srandmember'],
  ...[
    'zadd',
    'zrem',
    'zcard',
    'zrange',
    'zrangebyscore',
    'zrevrangebyscore',
    'zrangebylex',
    'zrevrangebylex',
    'zpopmin',
    'bzpopmin',
  ],
  ...['xadd', 'xtrim'],
]
  .map((command) => `+${command}`)
  .join(' ');
