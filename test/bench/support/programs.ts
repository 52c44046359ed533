import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';

const sources = resolve('test');
const compiled = resolve('.cache/bench');
const leftOut = /(^|\/)node_modules\/|\.spec\.ts$|\.d\.ts$/;

let compiling: Promise<void> | undefined;

/**
 * The path of a program of this folder, as JavaScript: what is started hundreds of times should not compile itself each time.
 * @param source below `test/`, for example `e2e/replica/main.ts`
 */
export async function programPath(source: string): Promise<string> {
  compiling ??= compile();
  await compiling;
  return join(compiled, javaScript(source));
}

async function compile(): Promise<void> {
  await rm(compiled, { recursive: true, force: true });
  const files = await readdir(sources, { recursive: true });
  const wanted = files.filter((file) => file.endsWith('.ts') && !leftOut.test(file));
  await Promise.all(
    wanted.map(async (file) => {
      const { code } = await transformFile(join(sources, file), { sourceMaps: 'inline' });
      const target = join(compiled, javaScript(file));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }),
  );
}

function javaScript(source: string): string {
  return source.replace(/\.ts$/, '.js');
}
