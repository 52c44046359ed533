import { describe, expect, it } from '@jest/globals';
import { storeFault } from './store-fault.js';

describe('storeFault', () => {
  it.each([
    ['NOAUTH Authentication required.', 'NOAUTH: the store asks for a password'],
    [
      'No connection to Redis: WRONGPASS invalid username-password pair',
      'WRONGPASS: user or password are wrong',
    ],
    ["NOPERM User app has no permissions to run the 'eval' command", 'NOPERM: the user may not run "eval"'],
    [
      "NOPERM this user has no permissions to run the 'client|list' command",
      'NOPERM: the user may not run "client|list"',
    ],
    [
      'The user "app" may not run TIME (ERR The user executing the script can\'t run this command)',
      'NOPERM: the user may not run "time"',
    ],
    ['NOPERM No permissions to access a key', 'NOPERM: the user lacks a right'],
    ['ERR ACL failure in script: No permissions to access a key', 'NOPERM: the user lacks a right'],
    [
      "ERR unknown command 'EVALSHA', with args beginning with: ",
      'the server does not know the command "EVALSHA"',
    ],
    ['ERR Unknown Redis command called from script', 'the server does not know the command'],
    [
      "READONLY You can't write against a read only replica.",
      'READONLY: the server is a replica, which takes no writes',
    ],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM: the server is out of memory'],
    [
      'write EPROTO 0A00010B:SSL routines:ssl3_get_record:wrong version number',
      'TLS: no secure connection can be made',
    ],
    ['self-signed certificate in certificate chain', 'TLS: no secure connection can be made'],
    ['connect ECONNREFUSED 10.1.2.3:6379', 'ECONNREFUSED: no connection'],
    ['getaddrinfo ENOTFOUND redis.internal', 'ENOTFOUND: no connection'],
    ['The lease store did not answer within 6000 ms', 'the store does not answer in time'],
    ['relation "secret_table" does not exist', 'the store answers with an error; see the log'],
  ])('reads %j as %j', (message, expected) => {
    expect(storeFault(new Error(message))).toBe(expected);
  });

  it('reads whatever was thrown', () => {
    for (const thrown of [undefined, null, 'NOAUTH', {}, Object.create(null)])
      expect(typeof storeFault(thrown)).toBe('string');
  });
});
