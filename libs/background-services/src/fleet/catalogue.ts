import { createHash } from 'node:crypto';
import type { WorkerMode, WorkerOutline } from '../workers/index.js';
import type { Pace } from './pace.js';
import type { ModeExceptions } from './replica-presence.js';

/**
 * The workers of an app: the same on all replicas of a version, so that they are posted once, in pages under the hashes of their content, and
 * each replica names them by one hash.
 */
export interface Catalogue {
  /** Of the page that lists the others. */
  readonly id: string;
  /** By name, as if all were started. */
  readonly workers: readonly WorkerOutline[];
  /** By id: first the parts, then the page that lists them. */
  readonly pages: ReadonlyMap<string, string>;
}

/** A page is sent in one piece: renewals wait for no longer than that takes, characters. */
const PAGE = 16_000;
/** What is read of one catalogue is bounded: others can write to the store, too. */
const MOST_PAGES = 2_000;
const MOST_WORKERS = 20_000;
const LONGEST_NAME = 512;

/** The hash under which a page lies. */
export function pageId(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Puts a catalogue together, in steps. */
export async function toCatalogue(outlines: Iterable<WorkerOutline>, pace: Pace): Promise<Catalogue> {
  const workers: WorkerOutline[] = [];
  for (const outline of outlines) {
    workers.push({ ...outline, mode: 'started' });
    await pace.spend(1);
  }
  workers.sort((a, b) => (a.name < b.name ? -1 : 1));
  await pace.rest();
  const pages = new Map<string, string>();
  const turnOver = (rows: readonly string[]) => {
    const page = `[${rows.join(',')}]`;
    pages.set(pageId(page), page);
  };
  let rows: string[] = [];
  let size = 0;
  for (const { name, key, schedule, period } of workers) {
    const row = JSON.stringify([name, key, schedule, period ?? null]);
    if (rows.length > 0 && size + row.length > PAGE) {
      turnOver(rows);
      rows = [];
      size = 0;
    }
    rows.push(row);
    size += row.length;
    await pace.spend(1);
  }
  turnOver(rows);
  const list = JSON.stringify([...pages.keys()]);
  const id = pageId(list);
  return { id, workers, pages: new Map([...pages, [id, list]]) };
}

/** The pages that a catalogue consists of; none, if this is no list of pages. */
export function decodePageList(text: string): readonly string[] {
  const list = parse(text);
  return list.length <= MOST_PAGES ? list.filter((id): id is string => typeof id === 'string') : [];
}

/** The workers that a page lists; what is no worker is left out. */
export function decodePage(text: string): readonly WorkerOutline[] {
  return parse(text)
    .slice(0, MOST_WORKERS)
    .flatMap((row) => {
      const [name, key, schedule, period] = Array.isArray(row) ? (row as readonly unknown[]) : [];
      if (!isName(name) || !isName(key) || typeof schedule !== 'string') return [];
      const every = typeof period === 'number' && period > 0 && period <= 8.64e15 ? period : undefined;
      return [
        { name, key, schedule: schedule.slice(0, LONGEST_NAME), period: every, mode: 'started' as const },
      ];
    });
}

/** Which workers of a catalogue are in another mode than `started`, as ranges of their places. */
export function encodeExceptions(
  workers: readonly WorkerOutline[],
  modeOf: (worker: string) => WorkerMode | undefined,
): ModeExceptions {
  const ranges = new Map<WorkerMode, [number, number][]>();
  workers.forEach(({ name }, place) => {
    const mode = modeOf(name) ?? 'started';
    if (mode === 'started') return;
    const those = ranges.get(mode) ?? [];
    ranges.set(mode, those);
    const last = those.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else those.push([place, place]);
  });
  const words = ([from, to]: readonly [number, number]) => (from === to ? `${from}` : `${from}-${to}`);
  return Object.fromEntries([...ranges].map(([mode, those]) => [mode, those.map(words).join(',')]));
}

/** The other way round: the modes of those that are not started, by name. */
export function decodeExceptions(
  workers: readonly WorkerOutline[],
  exceptions: ModeExceptions,
): ReadonlyMap<string, WorkerMode> {
  const modes = new Map<string, WorkerMode>();
  for (const [mode, ranges] of Object.entries(exceptions)) {
    for (const range of ranges.split(',')) {
      const [from = NaN, to = from] = range.split('-').map(Number);
      for (let place = from; place <= to && place < workers.length; place += 1) {
        const worker = workers[place];
        if (worker) modes.set(worker.name, mode as WorkerMode);
      }
    }
  }
  return modes;
}

function parse(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}
