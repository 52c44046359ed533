import { describe, expect, it } from '@jest/globals';
import { explainRedisError } from './explain-redis-error.js';
import type { RedisTroubleContext } from './redis-trouble.js';

const CONTEXT: RedisTroubleContext = {
  address: 'redis:6379',
  tls: false,
  user: 'app',
  keys: '~app:*',
  channels: '&app:background-services:*',
  script: "local a = 1\nlocal time = redis.call('TIME')\n",
};

const explain = (message: string, more: object = {}, context: Partial<RedisTroubleContext> = {}) =>
  explainRedisError(Object.assign(new Error(message), more), { ...CONTEXT, ...context });

describe('an error of Redis is explained:', () => {
  it.each([
    // Redis 7.0 and 7.2
    [
      "NOPERM this user has no permissions to run the 'eval' command",
      'command',
      /may not run EVAL /,
      'Allow it: ACL SETUSER app +eval',
    ],
    [
      "NOPERM User app has no permissions to run the 'config|get' command",
      'command',
      /CONFIG\|GET/,
      'Allow it: ACL SETUSER app +config|get',
    ],
    [
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      'keys',
      /no right to the keys/,
      'Allow it: ACL SETUSER app ~app:*',
    ],
    ['NOPERM No permissions to access a key', 'keys', /keys/, 'Allow it: ACL SETUSER app ~app:*'],
    [
      'NOPERM this user has no permissions to access one of the channels used as arguments',
      'channels',
      /channels/,
      'Allow it: ACL SETUSER app &app:background-services:*',
    ],
    // Within a script, Redis names a line and no command.
    [
      "ERR The user executing the script can't run this command or subcommand script: ab, on @user_script:2.",
      'command',
      /may not run TIME /,
      'Allow it: ACL SETUSER app +time',
    ],
    // From Redis 7.2 on, and in Valkey
    [
      "ERR ACL failure in script: User app has no permissions to run the 'time' command script: ab, on @user_script:2.",
      'command',
      /may not run TIME /,
      'Allow it: ACL SETUSER app +time',
    ],
    [
      'ERR ACL failure in script: No permissions to access a key script: ab, on @user_script:2.',
      'keys',
      /no right to the keys/,
      'Allow it: ACL SETUSER app ~app:*',
    ],
    [
      'ERR ACL failure in script: No permissions to access a channel script: ab, on @user_script:2.',
      'channels',
      /no right to the channels/,
      'Allow it: ACL SETUSER app &app:background-services:*',
    ],
    [
      "NOPERM User app has no permissions to run the 'pubsub|channels' command",
      'command',
      /may not run PUBSUB\|CHANNELS/,
      'Allow it: ACL SETUSER app +pubsub|channels',
    ],
    [
      'ERR Unknown Redis command called from script script: ab, on @user_script:2.',
      'command',
      /does not know TIME /,
      'Take a rename-command of TIME back, or use another server',
    ],
    [
      "ERR unknown command 'EVALSHA', with args beginning with: 'x' '3' ",
      'command',
      /does not know EVALSHA \(ERR unknown command 'EVALSHA'\)/,
      'Take a rename-command of EVALSHA back, or use another server',
    ],
    [
      'WRONGPASS invalid username-password pair',
      'credentials',
      /password is wrong/,
      /user name and password/,
    ],
    ['NOAUTH Authentication required.', 'credentials', /password is needed/, /percent-encoded/],
    ['ERR DB index is out of range', 'database', /no database/, /lower/],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'memory', /full/, /maxmemory/],
    ["READONLY You can't write against a read only replica.", 'replica', /replica/, /master/],
    ['LOADING Redis is loading the dataset in memory', 'busy', /not ready/, /./],
    ['MOVED 1 10.0.0.1:6379', 'cluster', /Redis Cluster/, /new Cluster/],
    ['ClusterAllFailedError: Failed to refresh slots cache.', 'cluster', /cluster/, /./],
    ['Connection is closed.', 'network', /connection broke/, /rediss:\/\//],
    ['Command timed out', 'network', /No answer comes in time/, /SLOWLOG/],
  ])('%s', (message, kind, reason, cure) => {
    const trouble = explain(message);
    expect(trouble).toMatchObject({ kind, reason: expect.stringMatching(reason) });
    expect(trouble.cure).toMatch(cure);
    expect(`${trouble.reason}${trouble.cure}`).not.toMatch(/\n|undefined/);
  });

  it.each([
    ['ECONNREFUSED', 'network', /Nothing listens at redis:6379/],
    ['ENOTFOUND', 'address', /no host of this name/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', /does not trust/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', /There is no TLS/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', /another name/],
  ])('the code %s', (code, kind, reason) => {
    expect(explain('connect', { code })).toMatchObject({ kind, reason: expect.stringMatching(reason) });
  });

  it('names the command that ioredis puts on the error, where Redis names none', () => {
    const command = { name: 'smembers', args: [] };
    expect(explain('NOPERM', { command }).cure).toBe('Allow it: ACL SETUSER app +smembers');
  });

  it.each(['HELLO', 'AUTH'])('never shows the password that Redis repeats with an unknown %s', (command) => {
    const message = `ERR unknown command '${command}', with args beginning with: '3' 'AUTH' 'app' 'hush' `;
    expect(JSON.stringify(explain(message))).not.toContain('hush');
  });

  it.each([undefined, null, 'a text', {}, 7, Object.create(null)])('whatever was thrown: %p', (thrown) => {
    expect(explainRedisError(thrown, CONTEXT)).toMatchObject({ kind: 'other', cure: '' });
  });

  it('is one line of a bounded length', () => {
    expect(explain(`ERR ${'x\n'.repeat(1_000_000)}`).reason.length).toBeLessThan(500);
  });
});
