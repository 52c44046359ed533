import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { HostileOptions } from './run.js';

export const HELP = `npm run hostile -- [options]

Three replicas with all libraries on a real Redis, in which everything that the libraries write is mutated: type, size, depth, numbers, JSON cut off,
other versions' shapes, bytes, nothing. Meanwhile pages, streams, monitors and clients of jobs are at work.

  --mutations 20000  how many (default 20000)
  --rate 60          at most so many a second (default 60)
  --ttl 10000        of leases, ms (default 10000)
  --seed 42          mutates as that seed does again (default: a new one)
  --help             this text

What the replicas logged is written to .data/hostile/<seed>/. A goal that is missed exits 1.`;

export type Command = { readonly help: true } | { readonly help: false; readonly options: HostileOptions };

/** @throws Error that says which option was expected to be what */
export function readOptions(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mutations: { type: 'string', default: '20000' },
      rate: { type: 'string', default: '60' },
      ttl: { type: 'string', default: '10000' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: true };
  const options: HostileOptions = {
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : count('seed', values.seed),
    mutations: count('mutations', values.mutations),
    rate: count('rate', values.rate),
    ttl: count('ttl', values.ttl),
    replicas: 3,
  };
  return { help: false, options };
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Error(`Expected --${option} to be a whole number of at least 1, received "${text}".`);
  return Number(text);
}
