import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newlyInstalled } from './debian-packages.js';
import { findProgram, type Places, type Program } from './find-program.js';

const program: Program = { command: 'oracle', variable: 'ORACLE', debian: ['oracle'], brew: 'oracle' };

describe('findProgram', () => {
  let root: string;
  let places: Places;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'programs-'));
    places = {
      env: { PATH: join(root, 'path') },
      folders: [join(root, 'common')],
      cache: join(root, 'cache'),
    };
  });
  afterEach(() => rm(root, { recursive: true }));

  async function place(path: string, mode = 0o755): Promise<string> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, mode);
    return file;
  }

  it('finds nothing where there is nothing', () => {
    expect(findProgram(program, places)).toBeUndefined();
  });

  it('prefers the variable, then PATH, then common folders, then what was unpacked', async () => {
    const order = [
      await place('cache/oracle/bin/oracle'),
      await place('common/oracle'),
      await place('path/oracle'),
    ];
    for (const expected of order.reverse()) {
      expect(findProgram(program, places)).toBe(expected);
      await rm(expected);
    }
    const named = await place('elsewhere/my-oracle');
    await place('path/oracle');
    expect(findProgram(program, { ...places, env: { ...places.env, ORACLE: named } })).toBe(named);
  });

  it('passes over folders and files that cannot be run', async () => {
    await mkdir(join(root, 'path', 'oracle'), { recursive: true });
    await place('common/oracle', 0o644);
    expect(findProgram(program, places)).toBeUndefined();
  });

  it('refuses a variable that names no program, rather than to take another one', async () => {
    await place('path/oracle');
    const env = { ...places.env, ORACLE: join(root, 'nowhere') };
    expect(() => findProgram(program, { ...places, env })).toThrow(/ORACLE=.*nowhere is not a program/);
  });
});

describe('newlyInstalled', () => {
  it('names what apt-get would install, without the C library', () => {
    const simulation = [
      'Inst libjemalloc2 (5.3.0-1 Debian:12/stable [amd64])',
      'Inst libc6:amd64 [2.36-9] (2.36-10 Debian:12/stable [amd64])',
      'Inst redis-tools (5:7.0.15 Debian:12/stable [amd64])',
      'Conf libjemalloc2 (5.3.0-1 Debian:12/stable [amd64])',
    ].join('\n');
    expect(newlyInstalled(simulation)).toEqual(['libjemalloc2', 'redis-tools']);
  });
});
