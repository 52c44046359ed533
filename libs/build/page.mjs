/**
 * Builds the page of a library: `page/main.ts` and `page/styles.css`, with all that they import, become one script and one style in `dist/assets`.
 * Their names carry a hash of their content, so that browsers may keep them for ever.
 * @returns the files of others that are part of it
 */
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export async function buildPage(library) {
  const { metafile } = await build({
    entryPoints: { page: join(library, 'page', 'main.ts'), style: join(library, 'page', 'styles.css') },
    outdir: join(library, 'dist', 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
    // The package's own tsconfig is of another world, in which decorators are compiled.
    tsconfigRaw: { compilerOptions: { target: 'es2022' } },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  const files = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
  return files.map((file) => resolve(file));
}
