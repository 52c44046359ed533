import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { build } from 'esbuild';

/** Bytes, gzipped. */
const LARGEST = 4_096;

it('The client is small enough for a page, and brings nothing along', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve('libs/background-jobs/src/client/index.ts')],
    ...{ bundle: true, format: 'esm', platform: 'browser', target: 'es2022', minify: true },
    ...{ write: false, metafile: true },
  });
  const sources = Object.keys(metafile.inputs);
  expect(sources.filter((source) => !source.startsWith('libs/background-jobs/src/client/'))).toEqual([]);
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(LARGEST);
});
