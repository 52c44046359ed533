import { describeError } from '../errors/index.js';

/** Errors of Redis whose first word says what is wrong, and what that means. */
const REFUSALS: Readonly<Record<string, string>> = {
  NOAUTH: 'the store asks for a password',
  WRONGPASS: 'user or password are wrong',
  NOPERM: 'the user lacks a right',
  READONLY: 'the server is a replica, which takes no writes',
  OOM: 'the server is out of memory',
  MISCONF: 'the server takes no writes because it cannot save them',
  LOADING: 'the server is still loading its data',
  CLUSTERDOWN: 'the cluster is down',
  MASTERDOWN: 'the replica has lost its master',
};

const REFUSAL = /\b(NOAUTH|WRONGPASS|NOPERM|READONLY|OOM|MISCONF|LOADING|CLUSTERDOWN|MASTERDOWN)\b/;
const FORBIDDEN_COMMAND = /run the '([\w|]{1,40})' command/;
const UNKNOWN_COMMAND = /unknown (?:redis )?command(?:[ ,:]*['"`]([\w|]{1,40}))?/i;
const TLS = /\b(SSL|TLS|certificate|self-signed)\b|ssl3|wrong version number|EPROTO|ERR_TLS|_CERT_/i;
const NETWORK =
  /\b(ECONN[A-Z]+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE|ENOENT|EACCES)\b/;
const LATE = /did not answer within|timed out|timeout/i;

/**
 * What keeps a store from answering, in words that anybody may read: no host names, keys or texts of the store's own, because health is
 * open unless the app guards it.
 */
export function storeFault(error: unknown): string {
  const { message } = describeError(error);
  const refusal = REFUSAL.exec(message)?.[1];
  if (refusal !== undefined) {
    const command = FORBIDDEN_COMMAND.exec(message)?.[1];
    return `${refusal}: ${command === undefined ? REFUSALS[refusal]! : `the user may not run "${command}"`}`;
  }
  const named = /may not run (\w{1,40}) \(/.exec(message)?.[1];
  if (named !== undefined) return `NOPERM: the user may not run "${named.toLowerCase()}"`;
  // A script that may run calls a command that may not.
  if (/ACL failure in script/.test(message)) return `NOPERM: ${REFUSALS['NOPERM']!}`;
  const unknown = UNKNOWN_COMMAND.exec(message);
  if (unknown) return `the server does not know the command${unknown[1] ? ` "${unknown[1]}"` : ''}`;
  if (TLS.test(message)) return 'TLS: no secure connection can be made';
  const code = NETWORK.exec(message)?.[1];
  if (code !== undefined) return `${code}: no connection`;
  if (LATE.test(message)) return 'the store does not answer in time';
  return 'the store answers with an error; see the log';
}
