import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = join(import.meta.dirname, '..');

/** The package that a specifier belongs to: `@nestjs/common` of `@nestjs/common/internal`. */
export function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Names of the packages that users of a package have, and of those that are bundled into it. */
export function dependenciesOf({ dependencies = {}, peerDependencies = {}, devDependencies = {} }) {
  const installed = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const bundled = new Set(Object.keys(devDependencies).filter((name) => !installed.has(name)));
  return { installed, bundled };
}

/** Folders of the workspaces that are never published, by their names. */
export function privateWorkspaces() {
  const folders = readdirSync(LIBRARIES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    folders.flatMap(({ name: folder }) => {
      const manifest = readManifest(join(LIBRARIES, folder));
      return manifest?.private ? [[manifest.name, folder]] : [];
    }),
  );
}

/** @returns undefined where there is none */
export function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
