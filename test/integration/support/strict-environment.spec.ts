import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanUpAll, startProcess } from '../../support/processes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FLOATS = "void Promise.reject(new Error('on purpose'));";
const WAIT = 'await new Promise((resolve) => setTimeout(resolve, 20));';

/** Faults that a real process would not survive, or would warn of, by where they happen. */
const FAULTS = {
  'a rejection at the end of a test': `it('has it', () => { ${FLOATS} });`,
  'a rejection a while after its test': `it('has it', () => { setTimeout(() => { ${FLOATS} }, 5); }); it('waits', async () => { ${WAIT} });`,
  'a rejection after the last test': `it('has it', () => { setImmediate(() => setImmediate(() => { ${FLOATS} })); });`,
  'a rejection that is handled too late': `it('has it', async () => { const late = Promise.reject(new Error('on purpose')); ${WAIT} await late.catch(() => {}); });`,
  'a rejection while the file is loaded': `${FLOATS} it('runs', () => {});`,
  'a rejection in beforeAll': `beforeAll(() => { ${FLOATS} }); it('runs', () => {});`,
  'a rejection in afterAll': `afterAll(() => { ${FLOATS} }); it('runs', () => {});`,
  'an error in a timer': `it('has it', async () => { setTimeout(() => { throw new Error('on purpose'); }, 1); ${WAIT} });`,
  'a leak of listeners': `import { EventEmitter } from 'node:events'; it('has it', () => { const all = new EventEmitter(); for (let i = 0; i < 11; i += 1) all.on('purpose', () => {}); });`,
  'a leak of listeners of a signal': `it('has it', () => { const { signal } = new AbortController(); for (let i = 0; i < 11; i += 1) signal.addEventListener('abort', () => {}); });`,
};
const FINE =
  "it('is fine', async () => { await expect(Promise.reject(new Error('on purpose'))).rejects.toThrow(); });";

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
  }[];
}

describe('the environment of the tests, in a real run of jest', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strict-'));
  });
  afterEach(async () => {
    await cleanUpAll();
    await rm(folder, { recursive: true });
  });

  /** Runs all files at once, as modules like those of this repository. Returns the message of each file that failed. */
  async function failuresOf(sources: readonly string[]): Promise<ReadonlyMap<number, string>> {
    for (const [index, source] of sources.entries()) {
      await writeFile(join(folder, `${index}.test.mjs`), source);
    }
    const preset = JSON.parse(await readFile(join(root, 'test/support/jest-preset.json'), 'utf8')) as object;
    const config = {
      ...preset,
      rootDir: folder,
      testEnvironment: join(root, 'test/support/strict-environment.mjs'),
      testMatch: ['**/*.test.mjs'],
      transform: {},
    };
    const run = await startProcess(
      process.execPath,
      [
        '--experimental-vm-modules',
        join(root, 'node_modules/jest/bin/jest.js'),
        ...['--config', JSON.stringify(config), '--ci', '--runInBand', '--json', '--outputFile=report.json'],
      ],
      { cwd: folder, mayFail: true },
    );
    await run.exited;
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    expect(report.testResults).toHaveLength(sources.length);
    return new Map(
      report.testResults
        .filter(({ status }) => status === 'failed')
        .map(({ name, message }) => [Number.parseInt(name.slice(folder.length + 1), 10), message]),
    );
  }

  it('fails the file in which a rejection, an error or a leak happens that a process would not survive', async () => {
    const failures = await failuresOf(Object.values(FAULTS));
    const caught = Object.keys(FAULTS).filter((_, index) =>
      /on purpose|MaxListenersExceededWarning/.test(failures.get(index) ?? ''),
    );
    expect(caught).toEqual(Object.keys(FAULTS));
  });

  it('leaves a file alone that handles what it rejects', async () => {
    expect(await failuresOf([FINE])).toEqual(new Map());
  });
});
