import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureProgram, type Program } from './find-program.js';

const prometheus: Program = {
  command: 'prometheus',
  variable: 'PROMETHEUS',
  debian: ['prometheus'],
  brew: 'prometheus',
};
const promtool: Program = { ...prometheus, command: 'promtool', variable: 'PROMTOOL' };

/** Where both lie after the package was unpacked for one of them. */
const unpacked = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '.cache', 'prometheus', 'root', 'usr', 'bin'],
);

/** A server, and what checks its files. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** The paths of Prometheus' programs, which are fetched if they are nowhere. */
export async function ensurePrometheus(): Promise<PrometheusPrograms> {
  return {
    prometheus: await ensureProgram(prometheus),
    promtool: await ensureProgram(promtool, { folders: ['/usr/local/bin', '/usr/bin', unpacked] }),
  };
}
