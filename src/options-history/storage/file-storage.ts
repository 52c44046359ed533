import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ObjectStorage, type StoredObject } from './object-storage.js';

/** Objects as files of a folder. A writer that is killed may leave a hidden `….part` behind, which nobody reads. */
export class FileStorage extends ObjectStorage {
  constructor(private readonly folder: string) {
    super();
  }

  override async exists(key: string): Promise<boolean> {
    try {
      return (await stat(join(this.folder, key))).isFile();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  override async put({ key, bytes }: StoredObject, signal: AbortSignal): Promise<void> {
    const path = join(this.folder, key);
    const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeThrough(part, bytes);
      signal.throwIfAborted();
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }
}

/** To the disk itself: else a power cut could leave an empty file under the final name, which would be skipped for ever. */
async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
