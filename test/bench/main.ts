import { cleanUpAll } from '../support/deferred-cleanup.js';
import { reportGoals } from '../support/goal.js';
import type { Benchmark } from './benchmark.js';
import { against } from './against.js';
import { boot } from './boot.js';
import { handOver } from './hand-over.js';
import { health } from './health.js';
import { heartbeatThread } from './heartbeat-thread.js';
import { jobs } from './jobs.js';
import { jobsClients } from './jobs-clients.js';
import { jobsMemory } from './jobs-memory.js';
import { jobsMillion } from './jobs-million.js';
import { memory } from './memory.js';
import { orders } from './orders.js';
import { overhead } from './overhead.js';
import { placement } from './placement.js';
import { quorum } from './quorum.js';
import { redisCommands } from './redis-commands.js';
import { describeMachine, thisMachine } from './report/machine.js';
import { writeDocuments } from './report/documents.js';
import type { Entry } from './report/record.js';
import { toText } from './report/table.js';
import { shards } from './shards.js';
import { standbys } from './standbys.js';
import { OTHER_BUILD } from './support/builds.js';
import { takeover } from './takeover.js';
import { thousandWorkers } from './thousand-workers.js';
import { ticker } from './ticker.js';

/** `npm run bench` runs all, `npm run bench -- boot memory` these two; with `--write` the documents get the figures. */
const benchmarks: readonly Benchmark[] = [
  redisCommands,
  thousandWorkers,
  overhead,
  handOver,
  takeover,
  memory,
  boot,
  standbys,
  orders,
  shards,
  placement,
  quorum,
  heartbeatThread,
  health,
  ticker,
  jobs,
  jobsClients,
  jobsMemory,
  jobsMillion,
  ...(OTHER_BUILD ? [against] : []),
];
const names = benchmarks.map(({ name }) => name);

const { wanted, write } = readArguments(process.argv.slice(2));
const machine = await thisMachine();
const measuredOn = new Date().toISOString().slice(0, 10);
console.log(describeMachine(machine));

const entries: Entry[] = [];
for (const benchmark of benchmarks.filter(({ name }) => wanted.includes(name))) {
  const { name, title } = benchmark;
  const startedAt = performance.now();
  console.log(`\n${name}: ${title}`);
  try {
    const findings = await benchmark.run();
    for (const table of findings.tables) console.log(`\n${toText(table)}`);
    entries.push({ name, title, measuredOn, machine, ...findings });
  } finally {
    await cleanUpAll();
  }
  console.log(`\n(${name} took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
}

console.log('');
const code = reportGoals(entries.flatMap(({ goals }) => goals));
if (write) await writeDocuments(entries, names);
process.exit(code);

function readArguments(args: readonly string[]) {
  const given = args.filter((arg) => arg !== '--write');
  const unknown = given.filter((arg) => !names.includes(arg));
  if (unknown.length > 0) {
    console.error(
      `No benchmark is named ${unknown.join(', ')}. There are: ${names.join(', ')}; and the option --write`,
    );
    process.exit(2);
  }
  return { wanted: given.length > 0 ? given : names, write: args.includes('--write') };
}
