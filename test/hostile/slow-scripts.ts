import type { Redis } from 'ioredis';

/** Commands that take longer are written down by Redis, µs. */
export const SLOW = 2_000;

export interface SlowScript {
  /** Milliseconds. */
  readonly took: number;
  /** Its digest or text, and what it was called with, cut. */
  readonly what: string;
}

/** The longest call of each script of the libraries since the start, the longest first; the queue's own are BullMQ's. */
export async function slowScripts(redis: Redis): Promise<readonly SlowScript[]> {
  const entries = (await redis.call('SLOWLOG', 'GET', '-1')) as readonly [number, number, number, string[]][];
  const longest = new Map<string, SlowScript>();
  for (const [, , microseconds, args] of entries) {
    const [command = '', script = '', ...rest] = args.map((arg) => arg.trim().slice(0, 60));
    const isOurs = /^eval/i.test(command) && !rest.some((arg) => arg.includes(':queue:'));
    const took = microseconds / 1_000;
    if (!isOurs || took <= (longest.get(script)?.took ?? 0)) continue;
    longest.set(script, { took, what: [script, ...rest].join(' ').replaceAll(/\s+/g, ' ').slice(0, 250) });
  }
  return [...longest.values()].sort((a, b) => b.took - a.took);
}
