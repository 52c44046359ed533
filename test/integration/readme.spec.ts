import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { cleanUpAll, startProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { type Snippet, snippetsOf } from '../support/markdown.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'libs/background-services/README.md',
  'libs/background-services/docs/spread-the-work.md',
  'libs/background-services/docs/write-your-own-store.md',
  'libs/background-redlock/README.md',
  'libs/background-dashboard/README.md',
  'libs/background-jobs/README.md',
];

interface Placed extends Snippet {
  readonly document: string;
}

let snippets: readonly Placed[];
let folder: string;

beforeAll(async () => {
  const read = async (document: string) =>
    snippetsOf(await readFile(document, 'utf8')).map((snippet) => ({ ...snippet, document }));
  snippets = (await Promise.all(DOCUMENTS.map(read))).flat();
  // Inside the repository, so that packages are found by their names.
  await mkdir('.cache', { recursive: true });
  folder = await mkdtemp(resolve('.cache', 'readme-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cleanUpAll();
});

/** One that says in its first line which file it is, is that file: others of its document import it. */
function nameOf({ document, line, text }: Placed): string {
  const [, library = ''] = /^libs\/([^/]+)/.exec(document) ?? [];
  const place = `${library}${basename(document, '.md')}`;
  const [, own] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? [];
  return own === undefined ? `${place}-${line}.ts` : join(place, own);
}

async function write(snippet: Placed): Promise<string> {
  const file = join(folder, nameOf(snippet));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${snippet.prelude}\n${snippet.text}\nexport {};\n`);
  return file;
}

describe('The documents', () => {
  it('have TypeScript that compiles', async () => {
    const files = await Promise.all(snippets.filter(({ language }) => language === 'ts').map(write));
    expect(files.length).toBeGreaterThan(8);
    const config = ts.parseJsonConfigFileContent(
      ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
      ts.sys,
      resolve('.'),
    );
    // A reader's unused parameter is no mistake of the document.
    const options = { ...config.options, noUnusedLocals: false, noUnusedParameters: false };
    const program = ts.createProgram(files, options);
    const problems = ts.getPreEmitDiagnostics(program).map((problem) => {
      const { line = 0 } = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0) ?? {};
      return `${basename(problem.file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`;
    });
    expect(problems).toEqual([]);
  }, 60_000);

  it('have a testing example that runs', async () => {
    const example = snippets.find(({ text }) => text.includes('new BackgroundTestingKit'));
    const file = await write({
      ...example!,
      text: `${example!.text}\nconsole.log('runs:', app.get(PriceUpdater).runs);\n`,
    });
    const run = await startProcess(process.execPath, [
      '--import',
      resolve('test/support/typescript.mjs'),
      file,
    ]);
    expect(await run.exited).toEqual({ code: 0, signal: null });
    expect(run.output).toContain('runs: 3');
  }, 60_000);

  it('have a lease store that passes the contract of stores, under the test runner of Node', async () => {
    const files = snippets.filter(({ text }) => /^\/\/ \S+\.ts\n/.test(text));
    const written = await Promise.all(files.map(write));
    const spec = written.find((file) => file.endsWith('table-lease-store.spec.ts'));
    const run = await startProcess(process.execPath, [
      '--import',
      resolve('test/support/typescript.mjs'),
      '--test-reporter=tap',
      '--test',
      spec!,
    ]);
    const { code } = await run.exited;
    expect({ code, failed: run.output.match(/^ *not ok .*/gm) ?? [] }).toEqual({ code: 0, failed: [] });
    expect(run.output).toMatch(/^# pass 137$/m);
  }, 60_000);

  it('have Redis commands that Redis takes', async () => {
    const redis = await RedisServer.start();
    const client = new Redis(redis.url);
    const commands = snippets
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => line.startsWith('redis-cli '))
      .map((line) =>
        line
          .replace(/\s+#.*/, '')
          .split(' ')
          .slice(1),
      );
    expect(commands.length).toBeGreaterThan(4);
    for (const [command, ...words] of commands) await client.call(command!, ...words);
    client.disconnect();
    await redis.stop();
  });

  it('have command lines that the program takes', async () => {
    const redis = await RedisServer.start();
    const program = resolve('libs/background-services/bin/nestjs-background-services.js');
    const lines = snippets
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => /^npx nestjs-background-services (?!watch)/.test(line))
      .map((line) => line.replace('npx nestjs-background-services', program));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const run = await startProcess('sh', ['-c', line], { env: { REDIS_URL: redis.url } });
      const { code } = await run.exited;
      // Nobody is there: what is asked for can be refused, but it is understood.
      expect({ line, understood: [0, 1, 4].includes(code ?? -1) }).toEqual({ line, understood: true });
    }
    await redis.stop();
  }, 60_000);

  it('name npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = snippets
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => [...text.matchAll(/npm (?:run )?(start|test|[\w:-]+)/g)])
      .map(([, script]) => script!)
      .filter((script) => !['ci', 'install', 'run'].includes(script));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
