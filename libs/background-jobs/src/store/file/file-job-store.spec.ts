import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { systemClock } from 'nestjs-background-services/store';
import { TestClock } from 'nestjs-background-services/testing';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { until } from '../../../../../test/support/until.js';
import { JobFileInUseError, JobStoreError, JobStoreFullError } from '../../errors/index.js';
import { newJobId } from '../../model/index.js';
import { type NewJob, RETENTION_DEFAULTS } from '../job-store.js';
import { FileJobStore } from './file-job-store.js';
import { type Disk, DISK } from './job-file.js';

const NOW = 1_700_000_000_000;

describe('FileJobStore', () => {
  let folder: string;
  let file: string;
  const random = seededRandom(3);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobs-'));
    file = join(folder, 'deep', 'jobs.json');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (now = NOW) =>
    FileJobStore.open(file, RETENTION_DEFAULTS, { ...systemClock, wall: () => now });
  const newJob = (changes: Partial<NewJob> = {}): NewJob => ({
    ...{ id: newJobId(NOW, random), type: 't', request: { a: '\0"' }, createdAt: NOW, maxPending: undefined },
    ...changes,
  });

  it('has the jobs again after a restart, with their ledgers, and goes on with them', async () => {
    const store = await open();
    const { id } = newJob();
    await store.create(newJob({ id }));
    await store.begin(id, NOW);
    const items = ['a', '__proto__', 'b'].map((key) => ({
      key,
      payload: key === 'b' ? '{"b":1}' : undefined,
    }));
    await store.listItems(id, 1, items, NOW);
    await store.settle(id, 1, '__proto__', { status: 'done', noData: true }, NOW);
    const before = [await store.get(id), await store.items(id, { limit: 9 })];
    await store.close();

    const again = await open();
    expect([await again.get(id), await again.items(id, { limit: 9 })]).toEqual(before);
    expect(await again.active(9, ['t'])).toEqual([id]);
    expect(await again.count('t', 'running')).toBe(1);
    expect(await again.begin(id, NOW)).toMatchObject({ run: 2, pending: [items[0], items[2]] });
    await again.close();
  });

  it('knows idempotency keys after a restart', async () => {
    const store = await open();
    const idempotency = { key: 'k', scope: 's', fingerprint: 'f', retention: 1_000 };
    const { id } = newJob();
    await store.create(newJob({ id, idempotency }));
    await store.close();

    const again = await open();
    expect(await again.create(newJob({ idempotency }))).toMatchObject({ outcome: 'replayed', job: { id } });
    const other = { ...idempotency, fingerprint: 'g' };
    expect(await again.create(newJob({ idempotency: other }))).toEqual({ outcome: 'mismatch', id });
    expect(await again.create(newJob({ idempotency: other, createdAt: NOW + 1_000 }))).toMatchObject({
      outcome: 'created',
    });
    await again.close();
  });

  it('forgets after a restart what is past its retention, and keeps what is not over', async () => {
    const store = await open();
    const [over, waits] = [newJob(), newJob()];
    for (const job of [over, waits]) await store.create(job);
    await store.requestCancel(over.id, NOW);
    await store.close();

    const later = await open(NOW + RETENTION_DEFAULTS.completed);
    expect(await later.get(over.id)).toBeUndefined();
    expect(await later.get(waits.id)).toMatchObject({ state: 'pending' });
    await later.close();
  });

  it('writes without being closed', async () => {
    const store = await open();
    const job = newJob();
    await store.create(job);
    await until(async () => (await readFile(file, 'utf8')).includes(job.id), { what: 'the file' });
    await store.close();
  });

  it('is whole, whatever a crash left beside it', async () => {
    const store = await open();
    const job = newJob();
    await store.create(job);
    await store.close();
    await writeFile(`${file}.new`, '{"version":1,"jobs":[{"jo');

    const again = await open();
    expect(await again.get(job.id)).toMatchObject({ id: job.id });
    await again.close();
    expect(await readdir(join(folder, 'deep'))).toEqual(['jobs.json']);
  });

  it.each([
    ...[
      '',
      '{',
      'null',
      '1',
      '[]',
      '{}',
      '{"version":3,"jobs":[]}',
      '{"version":1}',
      '{"version":1,"jobs":7}',
    ],
    '{"format":"another"}\n',
  ])('refuses a file with %j, and leaves it as it is', async (text) => {
    await (await open()).close();
    await writeFile(file, text);
    await expect(open()).rejects.toThrow(JobStoreError);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('goes on with a file of the first version', async () => {
    const { id } = newJob();
    const counts = { total: 2, completed: 1, failed: 0, skipped: 0 };
    const job = {
      ...{
        id,
        type: 't',
        state: 'running',
        request: { a: 1 },
        counts,
        percentage: 50,
        createdAt: NOW,
        updatedAt: NOW,
      },
      ...{ startedAt: NOW, finishedAt: null, error: null, cancelRequestedAt: null, revision: 3, run: 1 },
    };
    const items = [
      ['a', { outcome: { status: 'done', at: NOW } }],
      ['b', { payload: '{"b":1}' }],
    ];
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ version: 1, jobs: [{ job, items, expiresAt: null }] }));

    const store = await open();
    expect(await store.get(id)).toEqual(job);
    expect(await store.begin(id, NOW)).toMatchObject({ run: 2, pending: [{ key: 'b', payload: '{"b":1}' }] });
    await store.close();
    const again = await open();
    expect(await again.get(id)).toMatchObject({ run: 2, request: { a: 1 } });
    await again.close();
  });

  it('appends: what a submit writes does not grow with what is there, and the file shrinks again', async () => {
    const store = await open();
    const request = { text: 'x'.repeat(90_000) };
    const sizes: number[] = [];
    for (let i = 0; i < 60; i += 1) {
      const { id } = newJob();
      await store.create(newJob({ id, request }));
      await store.begin(id, NOW);
      await store.listItems(id, 1, [{ key: 'a', payload: undefined }], NOW);
      for (let run = 1; run < 20; run += 1) {
        await store.yield(id, run, NOW);
        await store.begin(id, NOW);
      }
      sizes.push((await stat(file)).size);
    }
    // 61 lines of a few hundred bytes each, of which one has the request.
    const grown = sizes.map((size, i) => size - (sizes[i - 1] ?? 0)).filter((growth) => growth > 0);
    expect(Math.max(...grown)).toBeLessThan(250_000);
    await store.close();
    expect((await stat(file)).size).toBeLessThan(3 * 60 * 90_000);
  });

  it('is for its owner alone', async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ version: 1, jobs: [] }), { mode: 0o644 });
    const store = await open();
    for (const name of await readdir(dirname(file)))
      expect([name, (await stat(join(dirname(file), name))).mode & 0o777]).toEqual([name, 0o600]);
    await store.close();
  });

  it('loses one entry that cannot be read, keeps the file, and names it', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const store = await open();
    const [a, b, c] = [newJob(), newJob(), newJob()];
    for (const job of [a, b, c]) await store.create(job);
    await store.close();
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines[2] = lines[2]!.replace(/"createdAt":\d+/, '"createdAt":1e300');
    await writeFile(file, lines.join('\n'));

    const again = await open();
    expect([...(await again.active(9, ['t']))].sort()).toEqual([a.id, c.id].sort());
    expect(errors.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringMatching(/cannot read line 3 \(expected a time\)\. All the rest goes on.*unreadable/),
    ]);
    expect(await readFile(`${file}.unreadable`, 'utf8')).toBe(lines.join('\n'));
    await again.close();
  });

  it.each(['{', '{"put":{"job":{"id":', '\0\0\0'])('drops a last line that was cut off: %j', async (rest) => {
    const store = await open();
    const job = newJob();
    await store.create(job);
    await store.close();
    await appendFile(file, rest);

    const again = await open();
    const next = newJob();
    await again.create(next);
    await again.close();
    const last = await open();
    expect([...(await last.active(9, ['t']))].sort()).toEqual([job.id, next.id].sort());
    await last.close();
  });

  it('is of one opener at a time, in one process too', async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(JobFileInUseError);
    await store.close();
    await (await open()).close();
  });

  it('is of one opener at a time, of another copy of the package, too', async () => {
    const store = await open();
    jest.resetModules();
    const second = await import('./file-job-store.js');
    expect(second.FileJobStore).not.toBe(FileJobStore);
    await expect(second.FileJobStore.open(file, RETENTION_DEFAULTS, systemClock)).rejects.toMatchObject({
      code: 'BGJ_FILE_IN_USE',
    });
    await store.close();
  });

  it.each([String(2 ** 22 + 1), `${process.pid} 1`, `${process.ppid} 1`, 'nonsense', ''])(
    'takes over the lock %j of a process that is gone',
    async (text) => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.lock`, text);
      await (await open()).close();
      expect(await readdir(dirname(file))).toEqual(['jobs.json']);
    },
  );

  describe('on a disk that fails', () => {
    let code: string | undefined;
    let clock: TestClock;
    let said: string[];

    /** A disk that takes half of what is written, and then nothing, while `code` says so. */
    const disk: Disk = {
      ...DISK,
      open: async (...args: Parameters<Disk['open']>) => {
        const handle = await DISK.open(...args);
        const write = handle.write.bind(handle);
        const fail = () => Object.assign(new Error(`${code}: it fails`), { code });
        handle.write = (async (
          bytes: Buffer | string,
          offset?: number,
          length?: number,
          position?: number,
        ) => {
          if (code === undefined) return write(bytes as Buffer, offset, length, position);
          if (typeof bytes !== 'string') await write(bytes, offset, Math.ceil(length! / 2), position);
          throw fail();
        }) as typeof handle.write;
        return handle;
      },
    };

    beforeEach(() => {
      code = undefined;
      clock = new TestClock();
      said = [];
      for (const level of ['error', 'log'] as const)
        jest
          .spyOn(Logger.prototype, level)
          .mockImplementation((line: unknown) => void said.push(String(line)));
    });

    it.each([
      ['ENOSPC', JobStoreFullError, /No space for .*free some/],
      ['EDQUOT', JobStoreFullError, /No space/],
      ['EROFS', JobStoreError, /may not be written/],
      ['EIO', JobStoreError, /cannot be written/],
    ])('%s: refuses a submit, with the reason, and keeps nothing of it', async (failure, type, message) => {
      const store = await FileJobStore.open(file, RETENTION_DEFAULTS, clock, disk);
      const [kept, refused, later] = [newJob(), newJob(), newJob()];
      await store.create(kept);
      code = failure;
      await expect(store.create(refused)).rejects.toThrow(type);
      await expect(store.create(refused)).rejects.toThrow(message);
      await expect(store.requestCancel(kept.id, NOW)).rejects.toThrow(message);
      expect(store.trouble).toMatch(message);
      expect(await store.get(refused.id)).toBeUndefined();
      code = undefined;
      await store.create(later);
      expect(store.trouble).toBeUndefined();
      await store.close();
      const again = await FileJobStore.open(file, RETENTION_DEFAULTS, clock);
      expect(await again.get(refused.id)).toBeUndefined();
      expect(await again.get(later.id)).toBeDefined();
      expect(await again.get(kept.id)).toBeDefined();
      await again.close();
    });

    it('says so at once, again each minute, and when it is over; what runs is written then', async () => {
      const store = await FileJobStore.open(file, RETENTION_DEFAULTS, clock, disk);
      const job = newJob();
      await store.create(job);
      code = 'ENOSPC';
      await store.begin(job.id, NOW);
      await store.listItems(job.id, 1, [{ key: 'a', payload: undefined }], NOW);
      await store.settle(job.id, 1, 'a', { status: 'done' }, NOW);
      const lines = async (count: number) =>
        until(async () => (await clock.advance(1_000), said.length >= count), {
          what: `line ${count}`,
          every: 5,
        });
      await lines(1);
      const first = clock.monotonic();
      await lines(2);
      expect(clock.monotonic() - first).toBeGreaterThanOrEqual(58_000);
      expect(said.every((line) => line.includes('No space'))).toBe(true);
      code = undefined;
      await until(async () => (await clock.advance(1_000), said.at(-1)?.includes('is written again')), {
        what: 'the end',
      });
      await store.close();
      const again = await FileJobStore.open(file, RETENTION_DEFAULTS, clock);
      expect((await again.items(job.id, { limit: 9 }))?.entries).toMatchObject([
        { key: 'a', status: 'done' },
      ]);
      await again.close();
    });

    it.each<[string, (opened: string, written: unknown) => boolean]>([
      ['the folder', (opened) => opened === dirname(file)],
      ['lines', (_, written) => Buffer.isBuffer(written)],
    ])(
      'has after a restart what it said it has, and nothing else, while it cannot write %s',
      async (what, fails) => {
        let isFailing = false;
        const raise = () => {
          throw Object.assign(new Error('EMFILE: too many'), { code: 'EMFILE' });
        };
        const moody: Disk = {
          ...DISK,
          open: async (...args: Parameters<Disk['open']>) => {
            if (isFailing && fails(String(args[0]), undefined)) raise();
            const handle = await DISK.open(...args);
            const write = handle.write.bind(handle) as (...given: readonly unknown[]) => Promise<unknown>;
            handle.write = (async (...given: readonly unknown[]) =>
              isFailing && fails('', given[0]) ? raise() : write(...given)) as typeof handle.write;
            return handle;
          },
        };
        const store = await FileJobStore.open(file, RETENTION_DEFAULTS, clock, moody);
        const request = { text: 'x'.repeat(90_000) };
        const [accepted, refused]: [string[], string[]] = [[], []];
        for (let i = 0; i < 30; i += 1) {
          isFailing = i >= 12 && i < 16;
          const { id } = newJob();
          await store.create(newJob({ id, request })).then(
            () => accepted.push(id),
            () => refused.push(id),
          );
          // What a crash would leave now.
          if (i === 15) await copyFile(file, `${file}.crash`);
          if (i === 25) await store.requestCancel(accepted[0]!, clock.wall());
        }
        await store.close();
        const again = await FileJobStore.open(file, RETENTION_DEFAULTS, clock);
        expect(refused).not.toEqual([]);
        for (const id of accepted) expect(await again.get(id)).toBeDefined();
        for (const id of refused) expect(await again.get(id)).toBeUndefined();
        expect(await again.get(accepted[0]!)).toMatchObject({ state: 'cancelled' });
        await again.close();
        if (what !== 'lines') return;
        const left = await readFile(`${file}.crash`, 'utf8');
        expect(refused.filter((id) => left.includes(id))).toEqual([]);
      },
    );
  });
});
