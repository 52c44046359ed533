import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanUpAll, startProcess } from '../../support/processes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the totals reporter, in a real run of jest', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'totals-'));
  });
  afterEach(async () => {
    await cleanUpAll();
    await rm(folder, { recursive: true });
  });

  async function lastLineOf(files: Record<string, string>): Promise<{ line: string; code: number | null }> {
    for (const [name, source] of Object.entries(files)) await writeFile(join(folder, name), source);
    const reporters = ['default', join(root, 'test/support/totals-reporter.mjs')];
    const run = await startProcess('/bin/sh', [
      // Both streams in one, as a terminal shows them.
      ...['-c', 'exec "$@" 2>&1', 'sh'],
      process.execPath,
      join(root, 'node_modules/jest/bin/jest.js'),
      ...['--config', JSON.stringify({ rootDir: folder, reporters, transform: {} })],
      ...['--ci', '--runInBand'],
    ]);
    const { code } = await run.exited;
    return { line: run.lines.at(-1)?.text ?? '', code };
  }

  it('prints the totals last, and counts a file that does not run', async () => {
    const result = await lastLineOf({
      'mixed.test.js': `it('passes', () => {}); it('fails', () => { throw new Error('on purpose'); }); it.skip('waits', () => {});`,
      'broken.test.js': `throw new Error('on purpose');`,
    });
    expect(result).toEqual({ line: '1 passed, 2 failed, 1 skipped', code: 1 });
  });

  it('counts a failing afterAll', async () => {
    const result = await lastLineOf({
      'late.test.js': `it('passes', () => {}); afterAll(() => { throw new Error('on purpose'); });`,
    });
    expect(result).toEqual({ line: '1 passed, 1 failed', code: 1 });
  });

  it('ends well when all is well', async () => {
    const result = await lastLineOf({ 'fine.test.js': `it('passes', () => {});` });
    expect(result).toEqual({ line: '1 passed, 0 failed', code: 0 });
  });
});
