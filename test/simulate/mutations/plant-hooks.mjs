import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from '../../support/typescript-hooks.mjs';

const QUERY = /\?mutation=(\d+)$/;

let mutations = [];
const unmutated = new Map();

/** @param data mutations: for each the `url` of a source, and `edits` of what is to be found in it, and replaced */
export function initialize(data) {
  mutations = data;
}

/** Whatever `x.ts?mutation=3` imports is a copy with that mutation, too: one process plays them all, none in another's way. */
export async function resolve(specifier, context, next) {
  const [query] = QUERY.exec(context.parentURL ?? '') ?? [];
  if (!query) return next(specifier, context);
  const resolved = await next(specifier, {
    ...context,
    parentURL: context.parentURL.slice(0, -query.length),
  });
  return resolved.url.endsWith('.ts') ? { ...resolved, url: `${resolved.url}${query}` } : resolved;
}

export async function load(url, context, next) {
  const [query, number] = QUERY.exec(url) ?? [];
  if (!query) return next(url, context);
  const source = url.slice(0, -query.length);
  const filename = fileURLToPath(source);
  const mutation = mutations[Number(number)];
  if (source === mutation.url) return compile(filename, mutate(await readFile(filename, 'utf8'), mutation));
  if (!unmutated.has(source))
    unmutated.set(source, await compile(filename, await readFile(filename, 'utf8')));
  return unmutated.get(source);
}

function mutate(source, { url, edits }) {
  return edits.reduce((text, { find, replace }) => {
    const parts = text.split(find);
    if (parts.length !== 2) throw new Error(`Must occur exactly once in ${url}: ${find}`);
    return parts.join(replace);
  }, source);
}
