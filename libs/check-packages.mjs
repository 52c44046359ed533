/**
 * Checks what would be published: publint and attw, no rule of theirs left out, and that `npm install` of a package brings along what is
 * listed here and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { readManifest } from './build/packages.mjs';

const NEST = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];

/** Dependencies, and peers that are not optional. A further one is a further package in every app that uses the library. */
const INSTALLED = {
  'nestjs-background-services': [...NEST, '@nestjs/schedule', '@nestjs/terminus', 'croner', 'ioredis'],
  'nestjs-background-jobs': [...NEST, 'nestjs-background-services'],
  'nestjs-background-dashboard': [...NEST, 'nestjs-background-services'],
  'nestjs-background-redlock': ['@nestjs/common', 'ioredis', 'nestjs-background-services', 'redlock'],
};

for (const folder of libraries()) {
  const manifest = readManifest(folder);
  const expected = INSTALLED[manifest.name]?.toSorted();
  const installed = installedWith(manifest);
  if (!isDeepStrictEqual(installed, expected))
    fail(
      `npm install ${manifest.name} brings along ${installed.join(', ')}, expected ${expected?.join(', ')}`,
    );
  check('publint', '--strict', folder);
  check('attw', '--pack', folder);
}

/** Folders of what is published. */
function libraries() {
  const entries = readdirSync(import.meta.dirname, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(import.meta.dirname, name));
  return folders.filter((folder) => readManifest(folder) && !readManifest(folder).private);
}

function installedWith({ dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...Object.keys(dependencies), ...peers].toSorted();
}

function check(program, ...args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) fail(`${program} ${args.join(' ')} found problems`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
