import { createServer } from 'node:net';
import { onCleanUp } from '../support/deferred-cleanup.js';

/** Below the ports that Linux and macOS give to outgoing connections. */
const FIRST = 15_000;
const COUNT = 15_000;

const taken = new Set<number>();

/**
 * A loopback port for a replica that will be replaced by another one on the same port. An ordinary free port would not do: while nobody listens
 * there, the system may give it to one of the many outgoing connections.
 */
export async function stablePort(start = FIRST + (process.pid % COUNT)): Promise<number> {
  for (let offset = 0; offset < COUNT; offset += 1) {
    const port = FIRST + ((start - FIRST + offset) % COUNT);
    if (taken.has(port) || !(await canListen(port))) continue;
    taken.add(port);
    onCleanUp(() => void taken.delete(port));
    return port;
  }
  throw new Error(`Expected a free port from ${FIRST} to ${FIRST + COUNT - 1}, found none.`);
}

function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
