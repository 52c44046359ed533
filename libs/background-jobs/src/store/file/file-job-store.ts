import { Logger } from '@nestjs/common';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CreateReply, NewJob, Retention } from '../job-store.js';
import { MemoryJobStore } from '../memory/memory-job-store.js';
import { decodeSnapshot, encodeSnapshot } from './snapshot.js';

/** A change is on disk after this time at the latest, ms. */
const DELAY = 100;

/**
 * Jobs of one process in a file, so that they go on after a restart. The whole is written anew, to a file beside it that then takes its place: what
 * is there is always whole. A crash loses the last tenth of a second, and repeats the items that ended in it.
 */
export class FileJobStore extends MemoryJobStore {
  override readonly durable = true;
  readonly #logger = new Logger('BackgroundJobs');
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    retention: Retention,
    now: (() => number) | undefined,
  ) {
    super(retention, now);
  }

  /** @throws JobStoreError if the file is none of this store's */
  static async open(file: string, retention: Retention, now?: () => number): Promise<FileJobStore> {
    const store = new FileJobStore(file, retention, now);
    await mkdir(dirname(file), { recursive: true });
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) for (const entry of decodeSnapshot(text, file)) store.entries.add(entry);
    return store;
  }

  /** On disk before anybody is told that it was taken on. */
  override async create(job: NewJob): Promise<CreateReply> {
    const reply = await super.create(job);
    if (reply.outcome === 'created') await this.#write();
    return reply;
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
    this.#writing = this.#writing
      .then(() => this.#save())
      .catch((error: unknown) =>
        this.#logger.error(`Jobs are not in ${this.file}, and end with this process: ${String(error)}`),
      );
    return this.#writing;
  }

  async #save(): Promise<void> {
    // Written out before anything else happens: what goes on changes meanwhile.
    const text = encodeSnapshot(this.entries);
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
