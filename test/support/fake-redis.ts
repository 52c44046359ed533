import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onCleanUp } from './deferred-cleanup.js';

/** What it answers can be changed while it runs. */
export interface FakeRedis {
  readonly url: string;
  /** To a script. */
  answer: string;
  /** To GET and PTTL. */
  reads: string;
  /** Whether it hangs up after such an answer. */
  thenClose: boolean;
}

/**
 * A server that greets like a Redis and answers each script with the text it is given (in the Redis serialization protocol, RESP): for
 * answers that no real one gives.
 */
export async function startFakeRedis(answer: string): Promise<FakeRedis> {
  const fake = { answer, reads: '$-1\r\n', thenClose: false };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const command of commandsIn(chunk.toString('latin1'))) {
        const name = command.toLowerCase();
        const isScript = name.startsWith('eval');
        const isRead = name === 'get' || name === 'pttl';
        const text = isScript ? fake.answer : isRead ? fake.reads : (GREETINGS[name] ?? '+OK\r\n');
        socket.write(text, 'latin1');
        if (fake.thenClose && (isScript || isRead)) socket.destroySoon();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  return Object.assign(fake, { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` });
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
