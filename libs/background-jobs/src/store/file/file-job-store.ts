import { Logger } from '@nestjs/common';
import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Timer } from 'nestjs-background-services/store';
import { inBackground } from 'nestjs-background-http-kit';
import type { ItemOutcome, Job, ListedItem } from '../../model/index.js';
import type { CreateReply, JobEnd, NewJob, Progress, Retention, Run, RunReply } from '../job-store.js';
import { MemoryJobStore } from '../memory/memory-job-store.js';
import { lockFile } from './file-lock.js';
import { type Disk, DISK, explain, JobFile } from './job-file.js';
import { readJobFile } from './read-file.js';
import { encodePut, encodeSet } from './records.js';

/** What a run does is on disk after this time at the latest, ms. */
const DELAY = 100;
/** How soon it is tried again to write what could not be written, ms. */
const RETRY_DELAY = 1_000;
/** How often a disk that takes nothing is spoken of, ms. */
const REMINDER = 60_000;
/** Names in one line of the log. */
const MOST_NAMED = 5;

/**
 * Jobs of one process in a file, so that they go on after a restart. Each change appends a line. Who submits, cancels or retries is answered once that
 * line is on disk; what a run does is written within a tenth of a second, which is what a crash loses of it: items that ended then are done again.
 */
export class FileJobStore extends MemoryJobStore {
  override readonly durable = true;
  readonly #logger = new Logger('BackgroundJobs');
  readonly #file: JobFile;
  #timer: Timer | undefined;
  #trouble: { readonly error: Error; readonly saidAt: number } | undefined;
  #unlock: () => void = () => undefined;

  private constructor(
    private readonly path: string,
    retention: Retention,
    private readonly clock: Pick<Clock, 'wall' | 'monotonic' | 'setTimeout'>,
    disk: Disk,
  ) {
    super(retention, () => clock.wall());
    const { entries } = this;
    const lines = function* () {
      for (const entry of entries) yield encodePut(entry);
    };
    this.#file = new JobFile(path, lines, disk);
  }

  /**
   * @throws JobFileInUseError if another process has it
   * @throws JobStoreError if the file is none of this store's, or cannot be written
   */
  static async open(
    path: string,
    retention: Retention,
    clock: Pick<Clock, 'wall' | 'monotonic' | 'setTimeout'>,
    disk: Disk = DISK,
  ): Promise<FileJobStore> {
    const store = new FileJobStore(path, retention, clock, disk);
    try {
      await mkdir(dirname(path), { recursive: true });
      store.#unlock = lockFile(path);
    } catch (error) {
      throw error instanceof Error && 'code' in error && String(error.code).startsWith('BGJ_')
        ? error
        : explain(path, error);
    }
    try {
      await store.#load();
    } catch (error) {
      store.#unlock();
      throw error;
    }
    return store;
  }

  /** Why changes do not get to the disk; `undefined`: they do. */
  override get trouble(): string | undefined {
    return this.#trouble?.error.message;
  }

  override async create(job: NewJob): Promise<CreateReply> {
    const reply = await super.create(job);
    if (reply.outcome !== 'created') return reply;
    try {
      await this.#answer(job.id, encodePut);
    } catch (error) {
      // What its client is told was not taken on does not run.
      this.entries.remove(job.id);
      throw error;
    }
    return reply;
  }

  override async begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    return this.#noted(id, await super.begin(id, at));
  }

  override async listItems(
    id: string,
    run: number,
    items: readonly ListedItem[],
    at: number,
  ): Promise<RunReply> {
    const reply = await super.listItems(id, run, items, at);
    if (reply !== 'lost')
      this.#note(
        id,
        items.map(({ key }) => key),
        true,
      );
    return reply;
  }

  override async settle(
    id: string,
    run: number,
    key: string,
    outcome: ItemOutcome,
    at: number,
  ): Promise<Progress | 'lost'> {
    const reply = await super.settle(id, run, key, outcome, at);
    if (reply !== 'lost') this.#note(id, [key]);
    return reply;
  }

  override async finish(id: string, run: number, end: JobEnd, at: number): Promise<RunReply> {
    return this.#noted(id, await super.finish(id, run, end, at));
  }

  override async yield(id: string, run: number, at: number): Promise<RunReply> {
    return this.#noted(id, await super.yield(id, run, at));
  }

  override async requestCancel(id: string, at: number): Promise<Job | undefined> {
    const reply = await super.requestCancel(id, at);
    if (reply) await this.#answer(id, encodeSet);
    return reply;
  }

  override async retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined> {
    const reply = await super.retryFailed(id, at);
    if (typeof reply === 'object') await this.#answer(id, (entry) => encodeSet(entry, entry.items.keys()));
    return reply;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#timer?.cancel();
    await this.#flush();
    this.#timer?.cancel();
    await this.#file.close();
    this.#unlock();
  }

  async #load(): Promise<void> {
    const contents = await readJobFile(this.path);
    for (const entry of contents?.entries.values() ?? []) this.entries.add(entry);
    if (contents && contents.unreadable.length > 0) await this.#keepUnreadable(contents.unreadable);
    if (contents?.size === undefined) await this.#file.flush();
    else await this.#file.goOn(contents.size);
  }

  /** What cannot be read is gone from the file once it is written anew. */
  async #keepUnreadable(problems: readonly string[]): Promise<void> {
    const copy = `${this.path}.unreadable`;
    const named = problems.slice(0, MOST_NAMED).join(', ');
    const more = problems.length > MOST_NAMED ? `, and ${problems.length - MOST_NAMED} more` : '';
    this.#logger.error(
      `${this.path}: cannot read ${named}${more}. All the rest goes on; the file as it was is kept as ${copy}`,
    );
    await copyFile(this.path, copy, constants.COPYFILE_FICLONE).catch((error: unknown) =>
      this.#logger.warn(`${copy} could not be written: ${String(error)}`),
    );
  }

  async #answer(
    id: string,
    encode: (entry: NonNullable<ReturnType<typeof this.entries.get>>) => string,
  ): Promise<void> {
    const entry = this.entries.get(id);
    if (!entry) return;
    try {
      await this.#file.append(encode(entry));
      this.#isOver();
    } catch (error) {
      this.#complain(error as Error);
      throw error;
    }
  }

  #noted<Reply>(id: string, reply: Reply): Reply {
    if (reply !== 'lost' && reply !== 'unknown') this.#note(id);
    return reply;
  }

  #note(id: string, keys: readonly string[] = [], payloads = false): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.#file.note(encodeSet(entry, keys, payloads));
    this.#timer ??= this.clock.setTimeout(
      () => inBackground(this.#flush()),
      this.#trouble ? RETRY_DELAY : DELAY,
    );
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    try {
      await this.#file.flush();
      this.#isOver();
    } catch (error) {
      this.#complain(error as Error);
      this.#timer ??= this.clock.setTimeout(() => inBackground(this.#flush()), RETRY_DELAY);
    }
  }

  /** At once, and again each minute for as long as it lasts. */
  #complain(error: Error): void {
    const now = this.clock.monotonic();
    if (this.#trouble && now - this.#trouble.saidAt < REMINDER) return;
    this.#trouble = { error, saidAt: now };
    this.#logger.error(
      `${error.message}. What runs goes on in memory, and nothing new is taken on until then`,
    );
  }

  #isOver(): void {
    if (!this.#trouble) return;
    this.#trouble = undefined;
    this.#logger.log(`${this.path} is written again`);
  }
}
