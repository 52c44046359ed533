// BullMQ: a job scheduler a worker, and on every replica a queue worker with default settings.
import console from 'node:console';
import { URL } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { report, run, settings, workers } from './replica.mjs';

const { hostname: host, port } = new URL(settings.redis);
const connection = { host, port: Number(port) };
const queue = new Queue('workers', { connection });
await Promise.all(
  workers.map((name) => queue.upsertJobScheduler(name, { every: settings.every }, { name, data: {} })),
);
const worker = new Worker('workers', (job) => run(job.name), { connection });
worker.on('error', (error) => console.error(error));
await worker.waitUntilReady();
report({ event: 'up' });
