import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { build } from 'esbuild';

/** Bytes, gzipped. */
const LARGEST = 4_096;
/** What is bundled; the client imports nothing at run time. */
const SOURCES = ['libs/background-jobs/src/client/', 'node_modules/eventsource-parser/'];

it('The client is small enough for a page, and brings nothing along', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve('libs/background-jobs/src/client/index.ts')],
    ...{ bundle: true, format: 'esm', platform: 'browser', target: 'es2022', minify: true },
    ...{ write: false, metafile: true },
  });
  const sources = Object.keys(metafile.inputs);
  expect(sources.filter((source) => !SOURCES.some((known) => source.startsWith(known)))).toEqual([]);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(LARGEST);
});
