import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onCleanUp } from './deferred-cleanup.js';

/**
 * A server that greets like a Redis and answers each script with the text it is given (in the Redis serialization protocol, RESP): for
 * answers that no real one gives.
 */
export async function startFakeRedis(answer: string): Promise<{ readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const command of commandsIn(chunk.toString('latin1'))) {
        socket.write(/^eval/i.test(command) ? answer : (GREETINGS[command.toLowerCase()] ?? '+OK\r\n'));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const INFO = 'redis_version:7.0.15\r\nloading:0\r\n';
const GREETINGS: Readonly<Record<string, string>> = {
  hello: '-ERR unknown command `HELLO`\r\n',
  info: `$${INFO.length}\r\n${INFO}\r\n`,
  subscribe: '*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n',
};

/** The names of the commands in a chunk; short ones arrive in one piece. */
function commandsIn(chunk: string): string[] {
  return [...chunk.matchAll(/\*\d+\r\n\$\d+\r\n([^\r]+)\r\n/g)].map((match) => match[1]!);
}
