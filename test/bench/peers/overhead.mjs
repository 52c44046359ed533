// What one call costs through each peer, on top of nothing but `await`. Prints medians of batches, in microseconds.
import console from 'node:console';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import { Redis } from 'ioredis';
import CircuitBreaker from 'opossum';
import Redlock from 'redlock';

const { redis, batch, batches } = JSON.parse(process.env.REPLICA);

async function work() {}

async function perCall(call, calls = batch) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - start) * 1_000) / calls;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });
const opossum = new CircuitBreaker(work, { timeout: false });
const inTurn = { bare: work, cockatiel: () => cockatiel.execute(work), opossum: () => opossum.fire() };
const samples = Object.fromEntries(Object.keys(inTurn).map((name) => [name, []]));
for (let i = 0; i < batches; i++) {
  for (const [name, call] of Object.entries(inTurn)) samples[name].push(await perCall(call));
}

const client = new Redis(redis);
const redlock = new Redlock([client]);
samples.redlock = [];
for (let i = 0; i < 30; i++) {
  samples.redlock.push(await perCall(() => redlock.using(['lock:worker'], 5_000, work), batch));
}

// From a queue that is full already: what is measured is taking a job, running it and putting it away.
const { hostname: host, port } = new URL(redis);
const connection = { host, port: Number(port) };
const queue = new Queue('jobs', { connection });
samples.bullmq = [];
for (let i = 0; i < 30; i++) {
  await queue.addBulk(Array.from({ length: batch }, () => ({ name: 'job', data: {} })));
  samples.bullmq.push(
    await new Promise((resolve) => {
      let done = 0;
      const start = performance.now();
      const worker = new Worker('jobs', work, { connection });
      worker.on('completed', async () => {
        if (++done < batch) return;
        resolve(((performance.now() - start) * 1_000) / batch);
        await worker.close();
      });
    }),
  );
}

console.log(
  JSON.stringify(Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]))),
);
process.exit(0);
