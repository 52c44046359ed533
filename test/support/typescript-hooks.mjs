import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { transform } from '@swc/core';

/** The sources import "./x.js", as TypeScript wants it; beside a source there is "./x.ts". */
export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const source = `${specifier.slice(0, -3)}.ts`;
    if (existsSync(fileURLToPath(new URL(source, context.parentURL)))) return next(source, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  return compile(filename, await readFile(filename, 'utf8'));
}

/** Compiled with the options of .swcrc, which the tests use too: node's own type stripping knows no decorators. */
export async function compile(filename, source) {
  const { code } = await transform(source, { filename });
  return { format: 'module', source: code, shortCircuit: true };
}
