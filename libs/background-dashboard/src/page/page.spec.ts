import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PageNotBuiltError } from '../errors.js';
import { PageAssets } from './page-assets.js';
import { renderPage } from './page-document.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function build(...names: string[]): Promise<PageAssets> {
  await Promise.all(names.map((name) => writeFile(join(folder, name), `/* ${name} */`)));
  return new PageAssets(folder);
}

describe('PageAssets', () => {
  it('has what was built, by name', async () => {
    const assets = await build('page-AB.js', 'style-CD.css', 'other.d.ts');
    expect(assets.get('page-AB.js')).toEqual({
      name: 'page-AB.js',
      type: 'text/javascript; charset=utf-8',
      text: '/* page-AB.js */',
    });
    expect(['other.d.ts', '../package.json', '__proto__', ''].map((name) => assets.get(name))).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('says what to do where nothing was built', async () => {
    expect(() => new PageAssets(join(folder, 'none'))).toThrow(PageNotBuiltError);
    await expect(build('page-AB.js')).rejects.toThrow('npm run build:lib');
  });
});

describe('The page', () => {
  it.each([
    ['/background', './background/assets/'],
    ['/background?a=/b', './background/assets/'],
    ['/background/', './assets/'],
    ['/v1/ops/background', './background/assets/'],
    ['/', './assets/'],
    ['/a"><script>', './a&#34;&#62;&#60;script&#62;/assets/'],
  ])('at %s links to %s', async (url, base) => {
    const html = renderPage(await build('page-AB.js', 'style-CD.css'), url);
    expect(html).toContain(`src="${base}page-AB.js"`);
    expect(html).toContain(`href="${base}style-CD.css"`);
    // Nothing inline: the policy forbids it.
    expect(html).not.toMatch(/<style|style=|<script(?! type="module" src=)/);
  });
});
