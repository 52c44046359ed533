/**
 * Builds libraries into their `dist`: `node libs/build-library.mjs background-services`
 *
 * The compiler writes types and modules; the modules are then put together into one file an entry, and chunks for what entries share.
 * To find and load a hundred small modules takes an app longer than to run all that is in them.
 *
 * An entry is what package.json names in `exports`. Each is there twice, in `esm` and in `cjs`, for a CommonJS jest and a bundler cannot load
 * ES modules from CommonJS; the types are there once, so that both are the same to the compiler. Files called `*-thread.ts` are entries,
 * too: a thread is started from a file of its own, which lies beside the code that starts it. Programs, the files called `cli/main.ts`,
 * are one file each, and contain what they use and nothing else.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import process from 'node:process';
import { bundle } from './build/bundle.mjs';
import { writeDeclarations } from './build/declarations.mjs';
import { writeNotices } from './build/notices.mjs';
import { buildPage } from './build/page.mjs';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

for (const name of process.argv.slice(2)) await buildLibrary(name);

async function buildLibrary(name) {
  const library = join(import.meta.dirname, name);
  const dist = join(library, 'dist');
  const compiled = join(dist, 'compiled');
  remove(dist);
  compile(library, compiled);

  const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  // The compiler's output has the folders of `libs`: what is shared lies beside the library.
  const modules = join(compiled, name, 'src');
  const entries = entriesOf(manifest.exports);
  const files = { ...modulesOf(entries, modules), ...threadsOf(modules) };
  const common = { manifest, workspaces: compiled };
  const formats = [
    { format: 'esm', dir: join(dist, 'esm') },
    { format: 'cjs', dir: join(dist, 'cjs') },
  ];
  const included = await bundle({ ...common, input: files, outputs: formats });
  // Nobody runs a program for the side effects of modules that it makes no use of.
  for (const [file, module] of Object.entries(programsOf(modules))) {
    const outputs = [{ format: 'esm', dir: dist }];
    const ofProgram = await bundle({ ...common, input: { [file]: module }, outputs, hasSideEffects: false });
    included.push(...ofProgram);
  }
  mkdirSync(join(dist, 'cjs'), { recursive: true });
  writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  await writeDeclarations({ manifest, workspaces: compiled, modules, entries, dist });
  remove(compiled);

  if (existsSync(join(library, 'page'))) included.push(...(await buildPage(library)));
  writeNotices(included, { into: dist });
  takeAlong(['LICENSE', 'CHANGELOG.md'], library);
}

/** What npm packs lies in the library's own folder. It is there before, so that packing changes nothing that another packing is at. */
function takeAlong(files, library) {
  const root = join(import.meta.dirname, '..');
  // The image is built without documents.
  for (const file of files.filter((name) => existsSync(join(root, name))))
    copyFileSync(join(root, file), join(library, file));
}

function compile(library, into) {
  const args = [compiler, '-p', join(library, 'tsconfig.build.json'), '--outDir', into];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The compiler found errors in ${library}`);
}

/** Names of the entries, as their files are called without folder and ending: `index`, `testing/index`. */
function entriesOf(named) {
  const files = Object.values(named).map((conditions) => conditions.default);
  return files.filter(Boolean).map((file) => withoutExtension(relative('dist/esm', file)));
}

function modulesOf(entries, modules) {
  return Object.fromEntries(entries.map((entry) => [entry, join(modules, `${entry}.js`)]));
}

function threadsOf(modules) {
  const threads = readdirSync(modules, { recursive: true }).filter((file) => file.endsWith('-thread.js'));
  return Object.fromEntries(threads.map((file) => [withoutExtension(basename(file)), join(modules, file)]));
}

function programsOf(modules) {
  return existsSync(join(modules, 'cli/main.js')) ? { 'cli/main': join(modules, 'cli/main.js') } : {};
}

function withoutExtension(file) {
  return file.replace(/\.js$/, '');
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}
