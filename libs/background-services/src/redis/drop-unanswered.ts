import type { Cluster, Redis } from 'ioredis';
import { inBackground } from '../kit/index.js';

export interface UnansweredOptions {
  /** How long commands may go without any answer, ms. */
  readonly limit: number;
  /** Monotonic time, ms. */
  readonly now: () => number;
}

/**
 * Makes a connection anew on which commands time out and nothing is answered any more.
 *
 * The socket's own time limit notices a peer that is silent. It does not notice one whose bytes cannot be read: after half a reply, or one
 * that announces a length that nobody sends, the parser waits for the rest, and takes every later answer for a part of it. A new connection
 * begins with an empty parser. An error is an answer.
 *
 * One command that times out proves nothing: after a stall of the event loop its timer runs before the socket is read. So a second one must
 * have been sent since, and be without an answer as well.
 */
export function dropUnanswered(client: Redis | Cluster, options: UnansweredOptions): void {
  if (client.isCluster) client.on('+node', (node: Redis) => follow(node, options));
  else follow(client as Redis, options);
}

function follow(client: Redis, { limit, now }: UnansweredOptions): void {
  /** When the first of the commands was sent that are not answered. */
  let silentSince: number | undefined;
  /** When that one timed out. */
  let suspectSince = Infinity;
  const answered = () => (silentSince = undefined);
  client.on('connect', answered);

  const send = client.sendCommand.bind(client);
  client.sendCommand = (...args: Parameters<Redis['sendCommand']>) => {
    const sentAt = now();
    const failed = (error: unknown) => {
      if (!isTimeout(error)) return answered();
      if (silentSince === undefined) {
        [silentSince, suspectSince] = [sentAt, now()];
        return;
      }
      if (client.status !== 'ready' || sentAt < suspectSince || now() - silentSince < limit) return;
      answered();
      client.disconnect(true);
    };
    const sent = send(...args);
    inBackground(args[0].promise.then(answered, failed));
    return sent;
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}
