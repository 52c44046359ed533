#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const program = new URL('../dist/cli/main.js', import.meta.url);
const builder = new URL('../../build-library.mjs', import.meta.url);

// In a clone of the repository nothing is built after `npm ci`. A published package is, and has no builder.
if (!existsSync(program) && existsSync(builder)) {
  process.stderr.write('Building nestjs-background-services, once …\n');
  const args = [fileURLToPath(builder), 'background-services'];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

await import(program.href);
