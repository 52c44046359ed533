/** What the ledger knows of a cron worker. Times are ms since the epoch. */
export interface CronEntry {
  /** Pattern and zone that it speaks of; slots of another pattern are other slots. */
  readonly pattern: string;
  /** All slots up to here are settled: run, skipped or given up. */
  readonly through: number;
  /** A slot that was started and not finished, and the fencing token it was started under. */
  readonly running?: { readonly slot: number; readonly token: number };
}

export function slotField(worker: string): string {
  return `slot:${worker}`;
}

export function encodeCronEntry(entry: CronEntry): string {
  return JSON.stringify(entry);
}

/** Reads an entry; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeCronEntry(text: string | null | undefined): CronEntry | undefined {
  if (!text) return undefined;
  try {
    const entry = JSON.parse(text) as Partial<CronEntry> | null;
    if (typeof entry?.pattern !== 'string' || !Number.isFinite(entry.through)) return undefined;
    const { slot, token } = entry.running ?? {};
    const running = Number.isFinite(slot) && Number.isFinite(token) ? { running: entry.running } : {};
    return {
      pattern: entry.pattern,
      through: entry.through as number,
      ...(running as Pick<CronEntry, 'running'>),
    };
  } catch {
    return undefined;
  }
}
