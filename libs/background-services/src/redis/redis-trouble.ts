/** What kind of thing is wrong with a Redis, or with the way to it. */
export const REDIS_TROUBLE_KINDS = [
  'address',
  'network',
  'tls',
  'credentials',
  'database',
  'command',
  'keys',
  'channels',
  'memory',
  'replica',
  'busy',
  'cluster',
  'eviction',
  'data-loss',
  'other',
] as const;
export type RedisTroubleKind = (typeof REDIS_TROUBLE_KINDS)[number];

/** What is wrong with a Redis, in one line, and what to do about it. */
export interface RedisTrouble {
  readonly kind: RedisTroubleKind;
  /** What happens, with the words of Redis. Never a password. */
  readonly reason: string;
  /** What to do; empty where that is not known. */
  readonly cure: string;
}

/** What is known of the connection on which an error came. */
export interface RedisTroubleContext {
  /** Host and port, or a path. */
  readonly address: string;
  /** Whether the connection has TLS. */
  readonly tls: boolean;
  /** Whose rights count. @default 'default' */
  readonly user?: string | undefined;
  /** What the user must be allowed to reach, as ACL SETUSER takes it: `~app:*`. */
  readonly keys: string;
  readonly channels: string;
  /** Of the script that failed. */
  readonly script?: string | undefined;
}

/** Reason and cure as one line. */
export function troubleLine({ reason, cure }: Pick<RedisTrouble, 'reason' | 'cure'>): string {
  return cure === '' ? reason : `${reason}. ${cure}`;
}
