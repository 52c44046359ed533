import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { ChaosOptions } from './run.js';

export const HELP = `npm run chaos -- [options]

Replicas on a real Redis and a real PostgreSQL, under faults that a seed chooses; a checker reads their event logs.

  --duration 2m    how long (s, m or h; default 2m)
  --faults 1000    instead: how many faults, in all fleets together
  --fleets 4       how many fleets of replicas run side by side (default 4)
  --replicas 3     of each fleet (default 3)
  --ttl 2s         of the lease (default 2s)
  --seed 42        plays the plan of that seed again (default: a new one)
  --help           this text

Event logs, summary and time lines are written to .data/chaos/<seed>/. A broken rule exits 1.`;

export type Command = { readonly help: true } | { readonly help: false; readonly options: Settled };

type Settled = Omit<ChaosOptions, 'folder' | 'onProgress'>;

/** @throws Error that says which option was expected to be what */
export function readOptions(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      duration: { type: 'string' },
      faults: { type: 'string' },
      fleets: { type: 'string', default: '4' },
      replicas: { type: 'string', default: '3' },
      ttl: { type: 'string', default: '2s' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { help: true };
  if (values.faults !== undefined && values.duration !== undefined) {
    throw new Error(
      'Expected --duration or --faults, received both: a run ends by one of them. Leave one out.',
    );
  }
  const options = {
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : count('seed', values.seed, 1),
    fleets: count('fleets', values.fleets, 1),
    replicas: count('replicas', values.replicas, 2),
    ttl: duration('ttl', values.ttl),
    until:
      values.faults === undefined
        ? { duration: duration('duration', values.duration ?? '2m') }
        : { faults: count('faults', values.faults, 1) },
  };
  return { help: false, options };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s` in milliseconds. */
function duration(option: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) <= 0) {
    throw new Error(
      `Expected --${option} to be a duration such as 500ms, 90s, 2m or 1h, received "${text}".`,
    );
  }
  return Number(amount) * UNITS[unit!]!;
}

function count(option: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least) {
    throw new Error(`Expected --${option} to be a whole number of at least ${least}, received "${text}".`);
  }
  return Number(text);
}
