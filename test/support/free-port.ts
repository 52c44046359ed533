import { createServer, type AddressInfo } from 'node:net';

/** A loopback port that was free a moment ago. Whoever binds it still has to expect, rarely, to find it taken. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
