import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JobStoreError } from '../../errors/index.js';
import type { Retention } from '../job-store.js';
import { type JobEntry, MemoryJobStore } from '../memory/memory-job-store.js';

/** A change is on disk after this time at the latest, ms. */
const DELAY = 100;

interface Snapshot {
  readonly version: 1;
  readonly jobs: readonly Entry[];
}

interface Entry extends Omit<JobEntry, 'items' | 'expiresAt'> {
  readonly items: readonly [string, unknown][];
  /** `null`: never; JSON has no infinity. */
  readonly expiresAt: number | null;
}

/**
 * Jobs of one process in a file, so that they go on after a restart. The whole is written anew, to a file beside it that then takes its place: what
 * is there is always whole. A crash loses the last tenth of a second, and repeats the items that ended in it.
 */
export class FileJobStore extends MemoryJobStore {
  override readonly durable = true;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    retention: Retention,
  ) {
    super(retention);
  }

  /** @throws JobStoreError if the file is none of this store's */
  static async open(file: string, retention: Retention): Promise<FileJobStore> {
    const store = new FileJobStore(file, retention);
    await mkdir(dirname(file), { recursive: true });
    for (const { items, expiresAt, ...rest } of (await read(file)).jobs)
      store.entries.set(rest.job.id, {
        ...rest,
        items: new Map(items as [string, never][]),
        expiresAt: expiresAt ?? Infinity,
      });
    return store;
  }

  override async close(): Promise<void> {
    await super.close();
    clearTimeout(this.#timer);
    await this.#write();
  }

  protected override changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, DELAY);
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#save()).catch(() => undefined);
    return this.#writing;
  }

  async #save(): Promise<void> {
    const jobs = [...this.entries.values()].map((entry) => ({
      ...entry,
      items: [...entry.items],
      expiresAt: Number.isFinite(entry.expiresAt) ? entry.expiresAt : null,
    }));
    // Written out before anything else happens: what goes on changes meanwhile.
    const text = JSON.stringify({ version: 1, jobs } satisfies Snapshot);
    const beside = `${this.file}.new`;
    const handle = await open(beside, 'w');
    try {
      await handle.writeFile(text);
      // The name must not come to stand for what is not on disk.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, this.file);
  }
}

async function read(file: string): Promise<Snapshot> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { version: 1, jobs: [] };
  try {
    const snapshot = JSON.parse(text) as Partial<Snapshot>;
    if (snapshot.version === 1 && Array.isArray(snapshot.jobs)) return snapshot as Snapshot;
  } catch {
    // Said below.
  }
  throw new JobStoreError(`${file} holds no jobs of this version: move it away, or name another file`);
}
