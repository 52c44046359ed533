import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanUpAll, startProcess, type StartedProcess, until } from '../../support/processes.js';
import { seededRandom } from '../../support/seeded-random.js';
import { bootJobs } from './jobs-app.js';

const PROGRAM = [
  '--import',
  resolve('test/support/typescript.mjs'),
  resolve('test/integration/background-jobs/file-app.ts'),
];

describe('Jobs in a file', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobs-'));
    file = join(folder, 'jobs.json');
  });
  afterEach(async () => {
    await cleanUpAll();
    await rm(folder, { recursive: true, force: true });
  });

  /** @param user whom it runs as, where this test may choose */
  function start(count: number, size: number, user?: { uid: number; gid: number }): Promise<StartedProcess> {
    return startProcess(process.execPath, [...PROGRAM, file, String(count), String(size)], { user });
  }

  const accepted = ({ lines }: StartedProcess) =>
    lines.flatMap(({ text }) => (text.startsWith('accepted ') ? [text.split(' ')[1]!] : []));

  async function kept(): Promise<readonly string[]> {
    const { app, jobs } = await bootJobs({ file, concurrency: 0 });
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await jobs.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      ids.push(...page.entries.map(({ id }) => id));
      if (page.next === undefined) break;
      cursor = page.next;
    }
    await app.close();
    return ids;
  }

  it('are all there that were accepted, after kill -9 at any moment', async () => {
    const random = seededRandom(13);
    const all = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const app = await start(100_000, 20_000);
      const enough = all.size + 1 + Math.floor(random() * 60);
      await until(() => all.size + accepted(app).length >= enough, { what: 'jobs to be accepted', every: 1 });
      await app.kill();
      for (const id of accepted(app)) all.add(id);
    }
    const found = new Set(await kept());
    expect([...all].filter((id) => !found.has(id))).toEqual([]);
  }, 60_000);

  it('take each submit in the same time, however many there are', async () => {
    const app = await start(200, 90_000);
    await app.waitForLine(/^done/, 30_000);
    const times = app.lines.flatMap(({ text }) =>
      text.startsWith('accepted ') ? [Number(text.split(' ')[2])] : [],
    );
    const median = (part: readonly number[]) => [...part].sort((a, b) => a - b)[Math.floor(part.length / 2)]!;
    console.log(
      `Submits of 90 kB: first 20 ${median(times.slice(0, 20))} ms, last 20 ${median(times.slice(-20))} ms, longest ${Math.max(...times)} ms`,
    );
    // Written whole, the 200th took 40 times as long as the 5th.
    expect(median(times.slice(-20))).toBeLessThan(5 * Math.max(4, median(times.slice(0, 20))));
  });

  it('refuse a second process, which names the first one, and not one after its end', async () => {
    const first = await start(1, 10);
    await first.waitForLine(/^done/);
    const second = await start(1, 10);
    const [line] = await second.waitForLine(/^not up .*/);
    expect(line).toMatch(/BGJ_FILE_IN_USE/);
    expect(line).toContain(`in use by process ${first.pid} `);
    await second.exited;
    await first.kill();
    expect(await kept()).toEqual(accepted(first));
  });

  it('refuse a submit on a full disk, say why, and keep those that were accepted', async () => {
    // Counted in blocks of 512 or 1,024 bytes, by the shell.
    const shell = 'ulimit -f 400; exec "$@"';
    const app = await startProcess('/bin/sh', [
      '-c',
      shell,
      'sh',
      process.execPath,
      ...PROGRAM,
      file,
      '60',
      '20000',
    ]);
    await app.waitForLine(/^done/, 20_000);
    const refused = app.lines.filter(({ text }) => text.startsWith('refused '));
    expect(accepted(app).length).toBeGreaterThan(3);
    expect(refused.length).toBeGreaterThan(3);
    for (const { text } of refused) expect(text).toMatch(/^refused BGJ_STORE_FULL No space for .*EFBIG/);
    await app.kill();
    expect([...(await kept())].sort()).toEqual([...accepted(app)].sort());
  });

  it('refuse the boot in a folder that may not be written', async () => {
    await chmod(folder, 0o555);
    // Root may write everywhere.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
    const app = await start(1, 10, user);
    const [line] = await app.waitForLine(/^not up .*/);
    expect(line).toMatch(/BGJ_STORE .*jobs\.json may not be written \(EACCES\): give this process the right/);
  });

  it('are for their owner alone', async () => {
    const app = await start(1, 10);
    await app.waitForLine(/^done/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(`${file}.lock`)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(accepted(app)[0]);
  });
});
