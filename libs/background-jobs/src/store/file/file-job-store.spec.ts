import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { until } from '../../../../../test/support/until.js';
import { JobStoreError } from '../../errors/index.js';
import { newJobId } from '../../model/index.js';
import { type NewJob, RETENTION_DEFAULTS } from '../job-store.js';
import { FileJobStore } from './file-job-store.js';

const NOW = 1_700_000_000_000;

describe('FileJobStore', () => {
  let folder: string;
  let file: string;
  const random = seededRandom(3);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobs-'));
    file = join(folder, 'deep', 'jobs.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (now = NOW) => FileJobStore.open(file, RETENTION_DEFAULTS, () => now);
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
    expect(await again.active(9)).toEqual([id]);
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

  const jobs = ['7', '[null]', '[1]', '[{}]', '[{"job":{}}]', '[{"job":{"id":"x"},"items":[]}]'];
  it.each([
    ...['', '{', 'null', '1', '[]', '{}', '{"version":2,"jobs":[]}', '{"version":1}'],
    ...jobs.map((text) => `{"version":1,"jobs":${text}}`),
  ])('refuses a file with %j, and leaves it as it is', async (text) => {
    await (await open()).close();
    await writeFile(file, text);
    await expect(open()).rejects.toThrow(JobStoreError);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
