import type { RedisTrouble, RedisTroubleContext } from './redis-trouble.js';

type Explanation = readonly [kind: RedisTrouble['kind'], what: string, cure: string];

const PLAIN_PORT: Explanation = [
  'tls',
  'There is no TLS',
  'Use redis:// instead of rediss://, or leave tls out; or give the port that has TLS',
];
const WRONG_CA: Explanation = [
  'tls',
  'The certificate is signed by an authority that this process does not trust',
  "Give the authority's certificate: redis: { host, port, tls: { ca } }, or NODE_EXTRA_CA_CERTS",
];
const CREDENTIALS = 'Check user name and password; in a URL they are percent-encoded';

/** By the code that node or OpenSSL puts on an error. */
const BY_CODE: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: ['network', 'Nothing listens', 'Start the Redis, or correct host and port'],
  ENOENT: ['address', 'There is no socket', 'Start the Redis, or correct the path'],
  EACCES: ['address', 'The socket may not be opened', "Check the socket's permissions"],
  ENOTFOUND: ['address', 'There is no host of this name', 'Correct the host name, or check the DNS'],
  EAI_AGAIN: ['address', 'The host name cannot be looked up', 'Check the DNS'],
  EHOSTUNREACH: ['network', 'The host cannot be reached', 'Check address, network and firewall'],
  ENETUNREACH: ['network', 'The network cannot be reached', 'Check address, network and firewall'],
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN_PORT,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN_PORT,
  EPROTO: PLAIN_PORT,
  DEPTH_ZERO_SELF_SIGNED_CERT: WRONG_CA,
  SELF_SIGNED_CERT_IN_CHAIN: WRONG_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: WRONG_CA,
  UNABLE_TO_GET_ISSUER_CERT: WRONG_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WRONG_CA,
  CERT_SIGNATURE_FAILURE: WRONG_CA,
  CERT_HAS_EXPIRED: ['tls', 'The certificate has expired', 'Renew it, or check the clock of this machine'],
  CERT_NOT_YET_VALID: ['tls', 'The certificate is not valid yet', 'Check the clock of this machine'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    'The certificate is for another name',
    'Use the name in the certificate, or redis: { tls: { servername } }',
  ],
};

const BY_MESSAGE: readonly (readonly [RegExp, Explanation])[] = [
  [
    /^WRONGPASS|invalid password|invalid username-password/i,
    ['credentials', 'User name or password is wrong', CREDENTIALS],
  ],
  [
    /^NOAUTH|Authentication required/i,
    [
      'credentials',
      'A password is needed',
      'Give one: redis://user:password@host:6379; in a URL it is percent-encoded',
    ],
  ],
  [
    /no password is set|without any password configured|wrong number of arguments for 'auth'/i,
    [
      'credentials',
      'No password is known, or no user names are',
      'Leave user name or password out, or correct the address',
    ],
  ],
  [
    /DB index is out of range|invalid DB index|invalid first cursor|SELECT is not allowed/i,
    [
      'database',
      'There is no database of this number',
      'Choose a lower one, or raise `databases` in its configuration',
    ],
  ],
  [
    /Protocol error|before secure TLS connection was established/i,
    [
      'tls',
      'What answers is no Redis, or one has TLS and the other has not',
      'Check address and port, and redis:// or rediss://',
    ],
  ],
];

/** What an error means that comes from the way to Redis, or from its door; `undefined`: it comes from elsewhere. */
export function explainConnectionError(
  error: unknown,
  message: string,
  { address, tls }: Pick<RedisTroubleContext, 'address' | 'tls'>,
): RedisTrouble | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  const [kind, what, cure] =
    known ?? BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? broken(message, tls) ?? [];
  if (kind === undefined) return undefined;
  return { kind, reason: `${what} at ${address} (${message})`, cure: cure! };
}

const LATE = /Command timed out|Socket timeout|ETIMEDOUT|still connecting/i;
/** ioredis speaks of its own options when a connection broke, which says nothing to whoever reads it. */
const BROKEN =
  /Connection is closed|max ?retries ?per ?request|enableOfflineQueue|ECONNRESET|EPIPE|closed by the other side/i;

/** The two ways in which a connection fails that may also mean that one side has TLS and the other has not. */
function broken(message: string, tls: boolean): Explanation | undefined {
  const hint = tls ? 'whether this port has TLS' : 'whether this port asks for TLS (rediss://)';
  if (LATE.test(message))
    return [
      'network',
      'No answer comes in time',
      `Check address, network and firewall, what keeps the Redis busy (SLOWLOG GET), and ${hint}`,
    ];
  if (!BROKEN.test(message)) return undefined;
  return [
    'network',
    'The connection broke',
    `It is opened again; if that goes on, check address, network, and ${hint}`,
  ];
}
