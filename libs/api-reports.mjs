/**
 * Writes down what each entry of each published package exports: `npm run api`. The reports lie in `api/` of each package, so that a review sees
 * every change of the surface. `npm run api:check` compares them with what is built.
 *
 * A report holds what an entry exports, and without `export` the types that this mentions and no entry of the package exports.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { readManifest } from './build/packages.mjs';

const ENDING = '.api.md';
const KIND = '(?:declare |abstract )*(?:class|const|enum|function|interface|namespace|type)';
const EXPORTED = new RegExp(`^export ${KIND} (\\w+)`, 'm');
const UNEXPORTED = new RegExp(`^${KIND} (\\w+)`, 'm');
const check = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'api-reports-'));
try {
  const changed = publishedLibraries().flatMap((library) => (check ? differences(library) : write(library)));
  if (changed.length > 0) {
    process.stderr.write(
      `\nThe surface of a package has changed:\n${changed.map((file) => `  - ${file}\n`).join('')}` +
        'If that is meant, run "npm run build:lib && npm run api", and commit the reports with a line in CHANGELOG.md.\n',
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function publishedLibraries() {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return folders
    .map(({ name }) => join(import.meta.dirname, name))
    .filter((library) => isPublished(readManifest(library)));
}

function isPublished(manifest) {
  return manifest !== undefined && !manifest.private;
}

function write(library) {
  const folder = join(library, 'api');
  rmSync(folder, { recursive: true, force: true });
  report(library, { into: folder });
  return [];
}

/** What a review has to see. */
function differences(library) {
  const kept = join(library, 'api');
  const built = join(scratch, basename(library));
  report(library, { into: built });
  const files = new Set([kept, built].flatMap((folder) => (existsSync(folder) ? reportsIn(folder) : [])));
  return [...files]
    .filter((file) => !isSame(join(kept, file), join(built, file)))
    .map((file) => `libs/${basename(library)}/api/${file}`);
}

function reportsIn(folder) {
  return readdirSync(folder).filter((file) => file.endsWith(ENDING));
}

function isSame(kept, built) {
  const [old, now] = [kept, built].map((file) => (existsSync(file) ? file : '/dev/null'));
  const { status } = spawnSync('git', ['diff', '--no-index', '--no-ext-diff', old, now], {
    stdio: 'inherit',
  });
  return status === 0;
}

function report(library, { into }) {
  mkdirSync(into, { recursive: true });
  const entries = entriesOf(library);
  const configs = Object.entries(entries).map(([name, types]) => configOf(library, { name, types, into }));
  // One program for all entries: most of the time goes into reading types.
  const compilerState = CompilerState.create(configs[0], { additionalEntryPoints: Object.values(entries) });
  for (const config of configs)
    if (!Extractor.invoke(config, { compilerState, localBuild: true, messageCallback: hush }).succeeded)
      throw new Error(`The types of ${config.mainEntryPointFilePath} cannot be read`);

  const reports = new Map(configs.map(({ reportFilePath: file }) => [file, declarationsIn(file)]));
  const exported = new Set([...reports.values()].flat().flatMap((text) => EXPORTED.exec(text)?.[1] ?? []));
  for (const [file, declarations] of reports) {
    const told = declarations.filter((text) => !exported.has(UNEXPORTED.exec(text)?.[1]));
    writeFileSync(file, told.join('\n\n'));
  }
}

/** A blank line is between two declarations, and in none. */
function declarationsIn(file) {
  return readFileSync(file, 'utf8').split('\n\n');
}

/** Files of types, by the names of their reports: `index` for the package itself, else what the entry is called. */
function entriesOf(library) {
  const entries = Object.entries(readManifest(library).exports).filter(([name]) => !name.endsWith('.json'));
  return Object.fromEntries(
    entries.map(([name, { require: file }]) => {
      const types = join(library, file.replace(/\.js$/, '.d.ts'));
      if (!existsSync(types)) throw new Error(`${types} is missing. Run first: npm run build:lib`);
      return [name === '.' ? 'index' : name.slice(2).replaceAll('/', '-'), types];
    }),
  );
}

function configOf(library, { name, types, into }) {
  const silent = { default: { logLevel: 'none' } };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(library, 'package.json'),
    configObject: {
      projectFolder: library,
      mainEntryPointFilePath: types,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...{ target: 'ES2023', lib: ['ES2023'], module: 'nodenext', moduleResolution: 'nodenext' },
            ...{ types: ['node'], strict: true, skipLibCheck: true },
          },
          files: [types],
        },
      },
      apiReport: {
        ...{ enabled: true, includeForgottenExports: true },
        ...{
          reportFolder: into,
          reportTempFolder: join(scratch, 'temp'),
          reportFileName: `${name}${ENDING}`,
        },
      },
      ...{ docModel: { enabled: false }, dtsRollup: { enabled: false }, tsdocMetadata: { enabled: false } },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        // Nothing here has release tags, and docstrings are Markdown.
        ...{ extractorMessageReporting: silent, tsdocMessageReporting: silent },
      },
    },
  });
}

/** What is not an error is about files that this script looks after. */
function hush(message) {
  message.handled = message.logLevel !== 'error';
}
