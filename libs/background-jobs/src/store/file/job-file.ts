import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JobStoreError, JobStoreFullError } from '../../errors/index.js';
import { HEADER } from './records.js';

/** What of the file system is used; for tests of disks that are full. */
export interface Disk {
  readonly open: typeof open;
  readonly rename: typeof rename;
}

export const DISK: Disk = { open, rename };

/** The file is written anew when it has grown to twice what it held then, and by this at least, bytes. */
const LEAST_GROWTH = 1_000_000;
/** So many lines that could not be written are kept; with more the whole is written anew instead. */
const MOST_WAITING = 10_000;
const MODE = 0o600;

interface Waiting {
  readonly line: string;
  readonly done?: { readonly resolve: () => void; readonly reject: (error: Error) => void };
}

/**
 * A file of lines that grows with each change, and is written anew now and then. Writes follow one another; what is asked for while one is under
 * way goes with the next one, so that many submits share one look at the disk.
 */
export class JobFile {
  #handle: FileHandle | undefined;
  #size = 0;
  #sizeWhenNew = 0;
  #waiting: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();
  /** Whether a line is not enough: the file has to be written anew first. */
  #isWhole = true;

  /** @param all the lines of everything that is there now */
  constructor(
    private readonly path: string,
    private readonly all: () => Iterable<string>,
    private readonly disk: Disk,
  ) {}

  /** Goes on with a file as it is. @param size where its last whole line ends, bytes */
  async goOn(size: number): Promise<void> {
    try {
      this.#handle = await this.disk.open(this.path, 'r+');
      await this.#handle.chmod(MODE);
      await this.#handle.truncate(size);
      await rm(this.#beside, { force: true });
    } catch (error) {
      throw explain(this.path, error);
    }
    this.#size = this.#sizeWhenNew = size;
    this.#isWhole = false;
  }

  /** Goes out with the next write. */
  note(line: string): void {
    this.#waiting.push({ line });
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#isWhole = true;
    this.#waiting = this.#waiting.filter(({ done }) => done);
  }

  /** Resolves once the line is on disk. @throws JobStoreError if it is not; then it will not be */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, done: { resolve, reject } });
      this.flush().catch(() => undefined);
    });
  }

  /** Writes what waits. @throws JobStoreError if it still waits then */
  flush(): Promise<void> {
    const work = this.#work.then(() => this.#flush());
    this.#work = work.catch(() => undefined);
    return work;
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0 && !this.#isWhole) return;
    this.#waiting = [];
    try {
      if (!(await this.#isWrittenAnew()) && batch.length > 0)
        await this.#write(batch.map(({ line }) => `${line}\n`).join(''));
      for (const { done } of batch) done?.resolve();
    } catch (cause) {
      const error = explain(this.path, cause);
      for (const { done } of batch) done?.reject(error);
      this.#waiting = [...batch.filter(({ done }) => !done), ...this.#waiting];
      throw error;
    }
  }

  /** At a place, not at the end: half of a line that did not fit is overwritten by the next one. */
  async #write(text: string): Promise<void> {
    const handle = this.#handle!;
    const bytes = Buffer.from(text);
    try {
      for (let from = 0; from < bytes.length;)
        from += (await handle.write(bytes, from, bytes.length - from, this.#size + from)).bytesWritten;
      await handle.datasync();
    } catch (error) {
      await handle.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
  }

  /** Where it is to be written anew. What waits is in it then: a line would only be a second try that may fail. */
  async #isWrittenAnew(): Promise<boolean> {
    if (!this.#isWhole && this.#size <= 2 * this.#sizeWhenNew + LEAST_GROWTH) return false;
    try {
      await this.#writeAnew();
      return true;
    } catch (error) {
      if (this.#isWhole) throw error;
      // There may be room for a line where there is none for all of them. It is tried again when the file has doubled.
      this.#sizeWhenNew = this.#size;
      return false;
    }
  }

  /** To a file beside it that then takes its place: what is there is always whole. */
  async #writeAnew(): Promise<void> {
    // At once: what is submitted from now on is not in it, and may still be refused.
    const lines = [HEADER, ...this.all()];
    await rm(this.#beside, { force: true });
    const handle = await this.disk.open(this.#beside, 'wx', MODE);
    let size = 0;
    try {
      for (const line of lines) {
        await handle.write(`${line}\n`);
        size += Buffer.byteLength(line) + 1;
      }
      // The name must not come to stand for what is not on disk.
      await handle.sync();
      await this.disk.rename(this.#beside, this.path);
    } catch (error) {
      await handle.close();
      await rm(this.#beside, { force: true }).catch(() => undefined);
      throw error;
    }
    // From here on the name stands for the new file: a line in the one before it would be lost.
    const before = this.#handle;
    this.#handle = handle;
    this.#size = this.#sizeWhenNew = size;
    this.#isWhole = true;
    await before?.close().catch(() => undefined);
    await this.#syncFolder();
    this.#isWhole = false;
  }

  get #beside(): string {
    return `${this.path}.new`;
  }

  /** The new name, too, has to outlive a power cut. */
  async #syncFolder(): Promise<void> {
    const folder = await this.disk.open(dirname(this.path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Says what to do about it. */
export function explain(file: string, cause: unknown): JobStoreError {
  if (cause instanceof JobStoreError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (FULL.has(code))
    return new JobStoreFullError(`No space for ${file} (${code}): free some, or move the file`, { cause });
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return new JobStoreError(
      `${file} may not be written (${code}): give this process the right, or move the file`,
      {
        cause,
      },
    );
  return new JobStoreError(`${file} cannot be written: ${message}`, { cause });
}
