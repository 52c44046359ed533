import { readFile } from 'node:fs/promises';
import { JobStoreError } from '../../errors/index.js';
import type { JobEntry } from '../memory/job-entry.js';
import { applyRecord, decodeEntry, HEADER } from './records.js';

/** What a file holds. */
export interface FileContents {
  readonly entries: ReadonlyMap<string, JobEntry>;
  /** What could not be read, each with where it stood. */
  readonly unreadable: readonly string[];
  /** Where the last whole line ends, bytes; `undefined`: of the first version, to be written anew. */
  readonly size: number | undefined;
}

/**
 * Reads a file of jobs totally: an entry that cannot be read costs that entry.
 * @returns `undefined`: there is none
 * @throws JobStoreError if it is a file of something else
 */
export async function readJobFile(file: string): Promise<FileContents | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new JobStoreError(`${file} cannot be read: ${error.message}`, { cause: error });
  });
  if (bytes === undefined) return undefined;
  const contents = readLines(bytes) ?? readFirstVersion(bytes.toString());
  if (contents) return contents;
  throw new JobStoreError(`${file} holds no jobs of this version: move it away, or name another file`);
}

function readLines(bytes: Buffer): FileContents | undefined {
  // A line without an end was cut off when the process died: nobody was told that it is there.
  const size = bytes.lastIndexOf('\n') + 1;
  const [header, ...lines] = bytes.toString('utf8', 0, size).split('\n').slice(0, -1);
  if (header !== HEADER) return undefined;
  const entries = new Map<string, JobEntry>();
  const unreadable = lines.flatMap((line, i) =>
    problemsOf(`line ${i + 2}`, () => applyRecord(entries, line)),
  );
  return { entries, unreadable, size };
}

/** The first version had one object of JSON, written anew with each change. */
function readFirstVersion(text: string): FileContents | undefined {
  const found = parse(text);
  const { version, jobs } = Object(found) as { readonly version?: unknown; readonly jobs?: unknown };
  if (version !== 1 || !Array.isArray(jobs)) return undefined;
  const entries = new Map<string, JobEntry>();
  const unreadable = jobs.flatMap((job: unknown, i) =>
    problemsOf(`job ${i + 1}`, () => {
      const entry = decodeEntry(job);
      entries.set(entry.job.id, entry);
    }),
  );
  return { entries, unreadable, size: undefined };
}

function problemsOf(where: string, read: () => void): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${where} (${(error as Error).message})`];
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
