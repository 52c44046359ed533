/** What the ledger knows of a cron worker. Times are ms since the epoch. */
export interface CronEntry {
  /** Pattern and zone that it speaks of; slots of another pattern are other slots. */
  readonly pattern: string;
  /** All slots up to here are settled: run, skipped or given up. */
  readonly through: number;
  /** A slot that was started and not finished, and the fencing token it was started under. */
  readonly running?: { readonly slot: number; readonly token: number } | undefined;
}

/** No slot lies beyond the year 9999. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);

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
    if (typeof entry?.pattern !== 'string' || !isInstant(entry.through)) return undefined;
    const { pattern, through } = entry;
    return { pattern, through, running: decodeRunning(entry.running, through) };
  } catch {
    return undefined;
  }
}

function decodeRunning(running: Partial<CronEntry['running']> | null, through: number): CronEntry['running'] {
  const { slot, token } = running ?? {};
  if (!isInstant(slot) || slot > through || !Number.isFinite(token)) return undefined;
  return { slot, token: token as number };
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_INSTANT;
}
