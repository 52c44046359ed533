import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const folder = resolve('test/bench/peers');

/** The path of a program of the peers, which are installed if they are not: in their folder, with its own lock file. */
export async function peerProgram(name: string): Promise<string> {
  const installed = await access(join(folder, 'node_modules')).then(
    () => true,
    () => false,
  );
  if (!installed) {
    console.log(`Installing what is compared with (npm ci in ${folder})`);
    await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  }
  return join(folder, `${name}.mjs`);
}

/** Name and installed version of a peer, for a table. */
export async function peerVersion(name: string): Promise<string> {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return `${name} ${version.replace(/^v/, '')}`;
}
