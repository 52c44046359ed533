import { createRequire } from 'node:module';
import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import { abortController } from '../kit/index.js';
import { systemClock } from '../lease/index.js';
import { connectToRedis } from './connect.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** The program: what {@link run} does, with this process as its world. */
const end = abortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end.abort());

function terminal(stream: NodeJS.WriteStream): Terminal {
  // Whoever read the output has gone, as `head` does: there is nobody to tell.
  stream.on('error', () => end.abort());
  return {
    write: (text) => void stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

/** A process without an entry in the list of users has a number only. */
function userName(): string {
  try {
    return process.env.USER ?? userInfo().username;
  } catch {
    return `uid-${process.getuid?.()}`;
  }
}

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };

process.exitCode = await run({
  args: process.argv.slice(2),
  environment: process.env,
  stdout: terminal(process.stdout),
  stderr: terminal(process.stderr),
  clock: systemClock,
  connect: connectToRedis,
  signal: end.signal,
  user: userName(),
  host: hostname(),
  version,
});
