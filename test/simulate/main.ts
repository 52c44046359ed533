import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Goal, reportGoals } from '../support/goal.js';
import { campaign } from './campaign/campaign.js';
import { check, type Counterexample } from './campaign/check.js';
import { INVARIANTS } from './invariants/verdicts.js';
import { allMutations, hunt, isCaught } from './mutations/hunt.js';

/*
 * npm run simulate                                100,000 histories, on all cores
 * npm run simulate -- --histories 2000            so many
 * npm run simulate -- --seed 7                    from this seed on
 * npm run simulate -- --seed 7 --path 12:3        one of them again, event by event
 * npm run simulate -- --mutations                 planted defects, each until it is caught
 */

/** What a release asks for. */
const RELEASE = { histories: 100_000, minutes: 5 };

const { values } = parseArgs({
  options: {
    histories: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    path: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

const seed = whole('seed', values.seed, 0);
const processes = whole('processes', values.processes, 1);

if (values.path !== undefined) process.exit(await replay(values.path));
process.exit(reportGoals(values.mutations ? await mutations() : await histories()));

async function histories(): Promise<readonly Goal[]> {
  const wanted = whole('histories', values.histories ?? String(RELEASE.histories), 1);
  console.log(`${wanted} histories from seed ${seed} on, in ${processes} processes`);
  const start = performance.now();
  let told = 0;
  const result = await campaign({
    histories: wanted,
    seed,
    processes,
    onProgress: (played) => {
      if (played - told < wanted / 10) return;
      told = played;
      console.log(`${played} histories after ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    },
  });
  const minutes = (performance.now() - start) / 60_000;
  result.counterexamples.forEach(tell);
  const hours = (result.simulated / 3_600_000).toFixed(1);
  console.log(
    `${hours} h of a fleet's life; an unfenced resource would have taken ${result.unfencedStale} stale writes`,
  );
  return [
    { name: 'simulated histories', figure: result.histories, atLeast: wanted },
    { name: 'violations', figure: result.counterexamples.length, atMost: 0 },
    ...(wanted < RELEASE.histories ? [] : [{ name: 'minutes', figure: minutes, atMost: RELEASE.minutes }]),
  ];
}

async function mutations(): Promise<readonly Goal[]> {
  const limit = whole('histories', values.histories ?? '20000', 1);
  console.log(`${allMutations.length} mutations, each for at most ${limit} histories from seed ${seed}`);
  const results = await hunt({
    mutations: allMutations,
    seed,
    histories: limit,
    processes,
    onCatch: ({ mutation, caughtBy, histories: played, seconds }) =>
      console.log(
        `${(caughtBy ?? 'SURVIVED').padEnd(8)} ${String(played).padStart(6)} histories ${seconds.toFixed(1).padStart(5)} s  ${mutation.name}`,
      ),
  });
  for (const result of results.filter((each) => !isCaught(each))) {
    const { mutation, caughtBy } = result;
    console.log(
      `"${mutation.name}": expected ${mutation.caughtBy.join(' or ')}, ${caughtBy ?? 'nothing'} told of it`,
    );
  }
  const caught = results.filter(isCaught).length;
  return [{ name: 'mutations caught', figure: caught, atLeast: allMutations.length }];
}

async function replay(path: string): Promise<0 | 1> {
  const { counterexample } = await check({ seed, path, histories: 1 });
  if (!counterexample) {
    console.log(`Seed ${seed}, path ${path}: no violation`);
    return 0;
  }
  tell(counterexample);
  return 1;
}

function tell({ seed: of, path, plan, violation, history }: Counterexample): void {
  console.log(`${history.join('\n')}\n\n${JSON.stringify(plan, undefined, 1)}\n`);
  console.log(
    `${violation.invariant} violated at ${violation.at.toFixed(1)} ms: ${INVARIANTS[violation.invariant]}`,
  );
  console.log(`  ${violation.what}\nAgain: npm run simulate -- --seed ${of} --path ${path}`);
}

function whole(name: string, text: string, atLeast: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= atLeast) return value;
  console.error(`--${name}: expected a whole number of at least ${atLeast}, received "${text}"`);
  process.exit(2);
}
