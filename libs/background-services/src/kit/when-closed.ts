import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { contained } from './contained.js';

/**
 * Calls `fn` once when the response is over: sent to its end, or its client has left. If it is over already, `fn` is called at once, before
 * this returns: a client that left while a guard was awaited is not missed. `fn` must not use what is assigned from the result.
 *
 * @param response Node's own, of HTTP/1 or HTTP/2
 * @param fn what it throws becomes a warning of the process
 * @returns stops listening; harmless afterwards
 */
export function whenClosed(response: ServerResponse, fn: () => void): () => void {
  if (isOver(response)) {
    contained(fn);
    return () => undefined;
  }
  const told = () => {
    stop();
    contained(fn);
  };
  // Behind others on its connection (pipelining) a response has no socket yet, and Node never tells it that the connection has closed.
  const forget = isQueued(response) ? whenSocketClosed(response.req.socket, told) : undefined;
  const stop = () => {
    response.off('close', told);
    forget?.();
  };
  response.once('close', told);
  return stop;
}

function isOver(response: ServerResponse): boolean {
  if (response.closed || response.destroyed || response.writableFinished) return true;
  // A response of HTTP/2 has none of these three when its stream was reset.
  const { stream } = response as { readonly stream?: { readonly destroyed: boolean } };
  return stream?.destroyed === true || (isQueued(response) && response.req.socket.destroyed);
}

function isQueued(response: ServerResponse): boolean {
  return response.socket === null;
}

/** One listener a connection, however many requests a client sends ahead: Node warns of the eleventh. */
const waiting = new WeakMap<Socket, Set<() => void>>();

function whenSocketClosed(socket: Socket, fn: () => void): () => void {
  let listeners = waiting.get(socket);
  if (!listeners) {
    const all = new Set<() => void>();
    listeners = all;
    waiting.set(socket, all);
    socket.once('close', () => {
      for (const listener of [...all]) listener();
    });
  }
  listeners.add(fn);
  return () => listeners.delete(fn);
}
