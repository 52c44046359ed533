/**
 * Builds libraries into their `dist`: `node libs/build-library.mjs background-services`
 *
 * The compiler writes types and modules; the modules are then put together into one file an entry, and chunks for what entries share.
 * To find and load a hundred small modules takes an app longer than to run all that is in them.
 *
 * Entries are what package.json names in `exports`, and the files called `*-thread.ts`: a thread is started from a file of its own,
 * which lies at the top of `dist`, beside the code that starts it. Programs, which it names in `bin`, are one file each, and contain what
 * they use and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import process from 'node:process';
import { rollup } from 'rollup';
import { buildPage } from './build-page.mjs';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

for (const name of process.argv.slice(2)) await buildLibrary(join(import.meta.dirname, name));

async function buildLibrary(library) {
  const dist = join(library, 'dist');
  const modules = join(dist, 'modules');
  remove(dist);
  compile(library, { types: dist, modules });
  const { exports, bin = {} } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  await bundle({ ...entriesOf(exports, modules), ...threadsOf(modules) }, { into: dist });
  for (const [file, module] of Object.entries(entriesOf(bin, modules))) {
    // Nobody runs a program for the side effects of modules that it makes no use of.
    await bundle({ [file]: module }, { into: dist, treeshake: { moduleSideEffects: false } });
    chmodSync(join(dist, `${file}.js`), 0o755);
  }
  remove(modules);
  if (existsSync(join(library, 'page'))) await buildPage(library);
}

function compile(library, { types, modules }) {
  const project = join(library, 'tsconfig.build.json');
  const args = [compiler, '-p', project, '--declarationDir', types, '--outDir', modules];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The compiler found errors in ${library}`);
}

/** Modules by their names in `dist`. */
function entriesOf(named, modules) {
  const files = Object.values(named).map((entry) => (typeof entry === 'string' ? entry : entry.default));
  const built = files.filter((file) => file?.startsWith('./dist/')).map((file) => relative('dist', file));
  return Object.fromEntries(built.map((file) => [withoutExtension(file), join(modules, file)]));
}

function threadsOf(modules) {
  const threads = readdirSync(modules, { recursive: true }).filter((file) => file.endsWith('-thread.js'));
  return Object.fromEntries(threads.map((file) => [withoutExtension(basename(file)), join(modules, file)]));
}

async function bundle(input, { into, treeshake = true }) {
  const { write, close } = await rollup({
    input,
    external: /^[^./]/,
    treeshake,
    plugins: [{ name: 'source-maps', load: withSourceMap }],
    onwarn: (warning) => {
      // The compiler's helpers look for `this.__decorate` first, which no module has.
      if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
    },
  });
  // Names stay as they are written: users meet them in errors, logs and stack traces.
  await write({
    dir: into,
    chunkFileNames: 'shared-[hash].js',
    hoistTransitiveImports: false,
    sourcemap: true,
  });
  await close();
}

function withSourceMap(file) {
  return { code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') };
}

function withoutExtension(file) {
  return file.replace(/\.js$/, '');
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}
