import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { ensureRedis } from '../../support/find-redis.js';

/** Above this, what else runs here is in the figures. */
const BUSY = 1.5;

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly redis: string;
  /** Average of the last minute, before the benchmarks added to it. */
  readonly load: number;
}

export async function thisMachine(): Promise<Machine> {
  const { stdout } = await promisify(execFile)(await ensureRedis(), ['--version']);
  return {
    processor: cpus()[0]?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    node: process.version,
    redis: /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown',
    load: loadavg()[0] ?? NaN,
  };
}

export function describeMachine({ processor, cores, node, redis, load }: Machine): string {
  const busy = load > BUSY ? ', which is busy: the figures are noisy' : '';
  return `${cores} cores (${processor}), Node ${node}, Redis ${redis}, load average ${load.toFixed(1)} at the start${busy}`;
}
