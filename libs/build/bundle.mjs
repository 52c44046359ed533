import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import typescript from 'typescript';
import { dependenciesOf, packageOf, privateWorkspaces } from './packages.mjs';

/**
 * Puts modules together, and writes them in each of the formats. What package.json asks its users to install stays outside; what it names
 * in `devDependencies` comes into the bundle, and so do the workspaces that are never published.
 * @param workspaces the folder of what was compiled
 * @returns the files of others that are part of it
 */
export async function bundle({ manifest, workspaces, input, outputs, hasSideEffects = true }) {
  const { write, close, watchFiles } = await rollup({
    input,
    logLevel: 'warn',
    treeshake: hasSideEffects || { moduleSideEffects: false },
    plugins: [packages(manifest, workspaces), ownPlace, withoutComments],
    onwarn: (warning) => {
      // The compiler's helpers look for `this.__decorate` first, which no module has.
      if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
    },
  });
  for (const { format, dir } of outputs) {
    // Names stay as they are written: users meet them in errors, logs and stack traces.
    await write({
      dir,
      format,
      exports: 'named',
      interop: 'auto',
      // A CommonJS jest cannot `import()`; and `require` finds optional packages as well.
      dynamicImportInCjs: false,
      chunkFileNames: 'shared-[hash].js',
      hoistTransitiveImports: false,
      // What is small becomes a part of what uses it.
      experimentalMinChunkSize: 4_096,
    });
  }
  await close();
  return watchFiles.filter((file) => file.includes('/node_modules/'));
}

/** Decides what is part of the bundle. */
function packages(manifest, workspaces) {
  const { installed, bundled } = dependenciesOf(manifest);
  const shared = privateWorkspaces();
  return {
    name: 'packages',
    resolveId(source, importer) {
      if (!importer || source.startsWith('.')) return null;
      if (isBuiltin(source)) return { id: source, external: true };
      const name = packageOf(source);
      if (shared.has(name)) return join(workspaces, shared.get(name), 'src/index.js');
      if (installed.has(name)) return { id: source, external: true };
      if (bundled.has(name) || importer.includes('/node_modules/'))
        return fileURLToPath(import.meta.resolve(source));
      throw new Error(
        `${importer} imports ${source}, which is in none of the dependencies of ${manifest.name}: ` +
          'name it in dependencies or peerDependencies, or in devDependencies if it is to be bundled',
      );
    },
  };
}

/** Where a CommonJS file lies. */
const ownPlace = {
  name: 'own-place',
  resolveImportMeta: (property, { format }) =>
    format === 'cjs' && property === 'url' ? "require('node:url').pathToFileURL(__filename).href" : null,
};

/** An app keeps the text of what it loads in memory. Comments are a fifth of ours; editors show those of the declarations. */
const withoutComments = {
  name: 'without-comments',
  renderChunk: (code) => {
    // Not esbuild: of a decorated class it keeps no name.
    const { ESNext } = typescript.ScriptTarget;
    const compilerOptions = { target: ESNext, module: typescript.ModuleKind.ESNext, removeComments: true };
    const { outputText } = typescript.transpileModule(code, { compilerOptions, fileName: 'chunk.js' });
    // Of a text with any other character V8 keeps two bytes for each.
    const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return { code: outputText.replace(/[^\0-\x7f]/g, escape), map: null };
  },
};
