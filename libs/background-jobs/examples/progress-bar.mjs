#!/usr/bin/env node
// A job with its progress in a terminal:
//   API_KEY=secret node progress-bar.mjs http://127.0.0.1:3000/jobs historical-option '{ "root": "AAPL", "startDate": "2024-01-01", "endDate": "2024-12-31" }'
// Ctrl-C cancels the job.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { JobsClient } from 'nestjs-background-jobs/client';

const [baseUrl, type, request] = process.argv.slice(2);
const WIDTH = 30;

const client = new JobsClient({ baseUrl, headers: { 'x-api-key': process.env.API_KEY ?? '' } });
const job = await client.submit(type, JSON.parse(request));
process.once('SIGINT', () => void client.cancel(job.id));

const startedAt = performance.now();
const { isTTY } = process.stdout;
try {
  const { counts } = await client.waitForCompletion(job, { onProgress: draw });
  process.stdout.write(
    `\n${counts.completed} done, ${counts.skipped} there already, ${counts.failed} failed\n`,
  );
} catch (error) {
  process.stderr.write(`\n${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}

function draw({ percentage, counts }) {
  const full = Math.round((percentage / 100) * WIDTH);
  const bar = '█'.repeat(full).padEnd(WIDTH, '░');
  const settled = counts.completed + counts.skipped + counts.failed;
  // What the rest takes if it goes on as it has.
  const left = settled === 0 ? '' : `, ${seconds(((counts.total - settled) / settled) * elapsed())} left`;
  const line = `${bar} ${String(percentage).padStart(3)} % (${settled} of ${counts.total ?? '?'}${left})`;
  // A log has a line a step; a terminal, one line that grows.
  process.stdout.write(isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

function elapsed() {
  return performance.now() - startedAt;
}

function seconds(ms) {
  return `${Math.ceil(ms / 1_000)} s`;
}
