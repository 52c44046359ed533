import { cut, describeError } from '../errors/index.js';
import { explainConnectionError } from './explain-connection-error.js';
import type { RedisTrouble, RedisTroubleContext } from './redis-trouble.js';

const LENGTH = 300;

/** Says what an error of a client of Redis means, and what to do about it. Never throws, and never shows a password. */
export function explainRedisError(error: unknown, context: RedisTroubleContext): RedisTrouble {
  const message = wordsOf(error);
  return (
    explainConnectionError(error, message, context) ??
    explainRefusal(error, message, context) ??
    explainState(message, context) ?? { kind: 'other', reason: message, cure: '' }
  );
}

/** Redis repeats the arguments of a command that it does not know, and those of AUTH and HELLO are secret. */
function wordsOf(error: unknown): string {
  const message = describeError(error).message.replace(/,?\s*with args beginning with:[^]*/i, '');
  return cut(message.replace(/\s+/g, ' ').trim(), LENGTH);
}

/** A right that the user lacks, or a command that the server does not have under this name. */
function explainRefusal(
  error: unknown,
  message: string,
  { user = 'default', keys, channels, script }: RedisTroubleContext,
): RedisTrouble | undefined {
  const grant = (right: string) => `Allow it: ACL SETUSER ${user} ${right}`;
  const command = refusedCommand(error, message, script);
  const isCommand = /to run the '[\w|]+' command/i.test(message);
  if (
    !isCommand &&
    /^NOPERM.*channel|failure in script:.*channel|can't access at least one of the channels/i.test(message)
  )
    return {
      kind: 'channels',
      reason: `The user "${user}" has no right to the channels (${message})`,
      cure: grant(channels),
    };
  if (
    !isCommand &&
    /^NOPERM.*key|failure in script:.*key|can't access at least one of the keys/i.test(message)
  )
    return {
      kind: 'keys',
      reason: `The user "${user}" has no right to the keys (${message})`,
      cure: grant(keys),
    };
  // From Redis 7.2 on, and in Valkey, a script fails with the words that the command alone would have failed with.
  if (/^NOPERM|can't run this command|ACL failure in script/i.test(message))
    return {
      kind: 'command',
      reason: `The user "${user}" may not run ${command} (${message})`,
      cure: grant(`+${command.toLowerCase()}`),
    };
  if (/unknown (redis )?(sub)?command/i.test(message))
    return {
      kind: 'command',
      reason: `The server does not know ${command} (${message})`,
      cure: `Take a rename-command of ${command} back, or use another server`,
    };
  return undefined;
}

/** The name of what was refused: the command itself, or the one that a script called in the line that Redis names. */
function refusedCommand(error: unknown, message: string, script: string | undefined): string {
  const line = /user_script:(\d+)/.exec(message)?.[1];
  const called = line && script?.split('\n')[Number(line) - 1];
  const inScript = called ? /redis\.p?call\('(\w+)'/.exec(called)?.[1] : undefined;
  const quoted = /'([\w|]+)'/.exec(message)?.[1];
  return (inScript ?? quoted ?? commandOf(error) ?? 'a command').toUpperCase();
}

/** ioredis puts the command on the error. */
function commandOf(error: unknown): string | undefined {
  const { command } = Object(error) as { readonly command?: { readonly name?: unknown } };
  return typeof command?.name === 'string' ? command.name : undefined;
}

/** The server is there, and cannot do it now. */
function explainState(message: string, { address }: RedisTroubleContext): RedisTrouble | undefined {
  const found = STATES.find(({ pattern }) => pattern.test(message));
  return found && { kind: found.kind, reason: `${found.what} at ${address} (${message})`, cure: found.cure };
}

const STATES: readonly (Omit<RedisTrouble, 'reason'> & {
  readonly pattern: RegExp;
  readonly what: string;
})[] = [
  {
    pattern: /^OOM|command not allowed when used memory/i,
    kind: 'memory',
    what: 'The Redis is full',
    cure: 'Raise its maxmemory, or remove what is not needed',
  },
  {
    pattern: /^MISCONF/,
    kind: 'memory',
    what: 'The Redis takes no writes, because it cannot save its data',
    cure: 'Look at its disk and its log',
  },
  {
    pattern: /^READONLY/,
    kind: 'replica',
    what: 'There is a replica, which takes no writes,',
    cure: 'Give the address of the master, or of sentinels',
  },
  {
    pattern: /^NOREPLICAS/,
    kind: 'replica',
    what: 'Too few replicas follow the Redis',
    cure: 'Look at its replicas, or lower min-replicas-to-write',
  },
  {
    pattern: /^(LOADING|MASTERDOWN)/,
    kind: 'busy',
    what: 'The Redis is not ready yet',
    cure: 'It is tried again until it is',
  },
  {
    pattern: /^(BUSY|TRYAGAIN)/,
    kind: 'busy',
    what: 'The Redis is busy',
    cure: 'Look for slow scripts of others with SLOWLOG GET',
  },
  {
    pattern: /^CLUSTERDOWN|ClusterAllFailedError|Failed to refresh slots cache/i,
    kind: 'cluster',
    what: 'The cluster does not serve all slots',
    cure: 'Look at CLUSTER INFO; give the nodes that this process can reach',
  },
  {
    pattern: /^(MOVED|ASK|CROSSSLOT)\b|cluster mode/i,
    kind: 'cluster',
    what: 'There is a Redis Cluster',
    cure: 'Hand in a client of it: redis: new Cluster([{ host, port }]); the command line takes --cluster',
  },
];
