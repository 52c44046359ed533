import { join } from 'node:path';
import { repository } from './deployment.js';
import { startProcess } from './processes.js';

const CLI = join(repository, 'libs/background-services/dist/cli/main.js');

/** What an operator types: a command of the command line, which finds the fleet in Redis. */
export async function operate(redis: string, ...words: readonly string[]) {
  const cli = await startProcess(process.execPath, [CLI, ...words], { env: { REDIS_URL: redis } });
  const { code } = await cli.exited;
  return { code, output: cli.output };
}
