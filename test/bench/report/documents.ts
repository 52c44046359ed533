import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { toSvg } from './chart.js';
import { fillPage } from './page.js';
import { type BenchRecord, type Entry, merge } from './record.js';

const docs = resolve('libs/background-services/docs');
const files = { record: join(docs, 'benchmarks.json'), page: join(docs, 'benchmarks.md') };

/** Puts new findings into `docs/`: the record, the tables between the markers of the page, and the pictures. */
export async function writeDocuments(entries: readonly Entry[], names: readonly string[]): Promise<void> {
  const record = merge(await readRecord(), entries, names);
  const page = fillPage(await readFile(files.page, 'utf8'), record);
  await writeFile(files.record, await formatted(JSON.stringify(record), files.record));
  await writeFile(files.page, await formatted(page, files.page));
  await mkdir(join(docs, 'images'), { recursive: true });
  for (const chart of record.benchmarks.flatMap(({ charts = [] }) => charts)) {
    await writeFile(join(docs, 'images', `${chart.file}.svg`), toSvg(chart));
  }
}

async function readRecord(): Promise<BenchRecord> {
  try {
    return JSON.parse(await readFile(files.record, 'utf8')) as BenchRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { benchmarks: [] };
    throw error;
  }
}

async function formatted(text: string, file: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
