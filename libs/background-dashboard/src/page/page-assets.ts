import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageNotBuiltError } from '../errors.js';

/** A file of the page. Its name changes with its content. */
export interface PageAsset {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page's script and style, as the build made them. A few dozen kB, so they stay in memory. */
export class PageAssets {
  readonly #assets: ReadonlyMap<string, PageAsset>;
  readonly script: PageAsset;
  readonly style: PageAsset;

  /** @throws PageNotBuiltError unless there is one script and one style */
  constructor(folder: string = builtPage()) {
    this.#assets = new Map(read(folder).map((asset) => [asset.name, asset]));
    this.script = this.#only('.js', folder);
    this.style = this.#only('.css', folder);
  }

  get(name: string): PageAsset | undefined {
    return this.#assets.get(name);
  }

  #only(extension: string, folder: string): PageAsset {
    const [found, ...more] = [...this.#assets.values()].filter(({ name }) => extname(name) === extension);
    if (!found || more.length > 0) throw new PageNotBuiltError(folder);
    return found;
  }
}

function read(folder: string): readonly PageAsset[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const type = TYPES[extname(name)];
      return type ? [{ name, type, text: readFileSync(join(folder, name), 'utf8') }] : [];
    });
  } catch (error) {
    throw new PageNotBuiltError(folder, { cause: error });
  }
}

/** In the package's `dist`, from wherever in the package this file has come to lie. */
function builtPage(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  // `dist/cjs` has a package.json of its own, which says the format alone.
  while (!existsSync(join(folder, 'package.json')) || basename(folder) === 'cjs') folder = dirname(folder);
  return join(folder, 'dist', 'assets');
}
