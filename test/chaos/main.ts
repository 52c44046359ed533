import { runChaos } from './run.js';
import { cleanUpAll } from '../support/deferred-cleanup.js';
const runs = await runChaos({ seed: Number(process.argv[2] ?? 1), fleets: 2, replicas: 3, ttl: 2000, until: { faults: 20 }, folder: '/tmp/chaos/run1', onProgress: (n) => console.log(n) });
for (const r of runs) console.dir(r.findings, { depth: 6 });
await cleanUpAll();
