import { RedisServer } from '../support/redis-server.js';
import type { Benchmark } from './benchmark.js';
import { bootOnce } from './boot.js';
import { handOversOfOneFleet } from './hand-over.js';
import { heapOf } from './memory.js';
import { measureIterations } from './overhead.js';
import { mainFile, OTHER_BUILD, THIS_BUILD } from './support/builds.js';
import { median } from './support/statistics.js';

const ROUNDS = 9;
const FLEETS = 8;
const WORKERS = 1_000;
const KB = 1_024;

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly rounds: number;
  /** Of one round of one build. */
  readonly take: (build: string) => Promise<number>;
}

const measures: readonly Measure[] = [
  {
    name: 'overhead per iteration',
    unit: 'µs',
    rounds: ROUNDS,
    take: async (build) => {
      const { iteration, bare } = await measureIterations(mainFile(build));
      return iteration - bare;
    },
  },
  ...(['one', 'each'] as const).map((keys) => ({
    name: `memory per worker, ${keys === 'one' ? 'one lease for all' : 'a lease each'}`,
    unit: 'KB',
    rounds: 3,
    take: async (build: string) => {
      const none = await heapOf({ driver: 'none' });
      return ((await heapOf({ driver: 'elected', keys, library: mainFile(build) })) - none) / WORKERS / KB;
    },
  })),
  ...(['one', 'each'] as const).map((keys) => ({
    name: `boot with ${WORKERS} workers, ${keys === 'one' ? 'one lease for all' : 'a lease each'}`,
    unit: 'ms',
    rounds: ROUNDS,
    take: async (build: string) => {
      const redis = await RedisServer.start();
      const took = await bootOnce({ driver: 'elected', keys, library: mainFile(build) }, redis.url);
      await redis.stop();
      return took;
    },
  })),
  {
    name: 'graceful hand-over, p50',
    unit: 'ms',
    rounds: FLEETS,
    take: async (build) =>
      median([...(await handOversOfOneFleet('bench/apps/worker-replica.ts', mainFile(build)))]),
  },
];

/** Asked for with BENCH_OTHER_BUILD alone. */
export const against: Benchmark = {
  name: 'against',
  title: `This build against another one, the package folder in \`BENCH_OTHER_BUILD\`: medians of rounds that take turns in one run. Loading the library is part of the boot.`,

  async run() {
    if (!OTHER_BUILD)
      throw new Error('Set BENCH_OTHER_BUILD to the folder of another build of the package, inside .cache');
    const rows: (readonly [string, number, number, number])[] = [];
    for (const { name, unit, rounds, take } of measures) {
      const taken = { ours: [] as number[], theirs: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        taken.ours.push(await take(THIS_BUILD));
        taken.theirs.push(await take(OTHER_BUILD));
      }
      const [ours, theirs] = [median(taken.ours), median(taken.theirs)];
      rows.push([`${name}, ${unit}`, ours, theirs, ours / theirs]);
    }
    return {
      tables: [{ columns: ['', 'this build', 'the other build', 'ratio'], rows }],
      goals: rows.map(([name, , , figure]) => ({
        name: `${name.replace(/, [^,]*$/, '')}, against the other build`,
        figure,
        atMost: 1.05,
      })),
    };
  },
};
