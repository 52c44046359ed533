/** How often each command ran since the server started or CONFIG RESETSTAT: calls made inside scripts count too. */
export interface CommandStats {
  /** All calls together. */
  readonly total: number;
  readonly calls: Readonly<Record<string, number>>;
}

/** Reads the answer of `INFO commandstats`: lines such as `cmdstat_config|get:calls=2,usec=9,…`. */
export function parseCommandStats(info: string): CommandStats {
  const calls: Record<string, number> = {};
  for (const [, command, count] of info.matchAll(/^cmdstat_([^:\r\n]+):calls=(\d+)/gm)) {
    calls[command!] = Number(count);
  }
  return { total: Object.values(calls).reduce((sum, count) => sum + count, 0), calls };
}

/** Reads the answer of `INFO cpu`: user and system time of the server, ms. */
export function parseProcessorTime(info: string): number {
  const seconds = [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].map(([, time]) => Number(time));
  return seconds.reduce((sum, time) => sum + time, 0) * 1_000;
}
