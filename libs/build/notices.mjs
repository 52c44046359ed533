import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './packages.mjs';

/**
 * Writes the licences of the packages that files of theirs were bundled from, as they ask for. None, no file.
 * @throws Error if a package has no licence text
 */
export function writeNotices(files, { into }) {
  const packages = new Map(files.map(packageAround).map((found) => [found.name, found]));
  if (packages.size === 0) return;
  const notices = [...packages.values()]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, version, license, folder }) => `${name} ${version} (${license})\n\n${licenceIn(folder)}`);
  const text = ['This package contains code of the following ones.', ...notices].join(
    `\n\n${'-'.repeat(72)}\n\n`,
  );
  writeFileSync(join(into, 'THIRD-PARTY-NOTICES.txt'), `${text}\n`);
}

function packageAround(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    // Some have a further one in `dist`, which says the format alone.
    if (manifest?.name && manifest.version) return { ...manifest, folder };
  }
}

function licenceIn(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  if (!file) throw new Error(`${folder} has no licence text to hand on`);
  return readFileSync(join(folder, file), 'utf8').trim();
}
