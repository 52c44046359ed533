import { type AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { report, timestamp } from '../../e2e/replica/report.js';
import type { TickerEvent, TickerSettings } from './ticker-settings.js';

const RESOLUTION = 10;
const NANOSECONDS = 1e6;

const { contracts, leases, data } = JSON.parse(process.env.APP ?? '{}') as TickerSettings;
// Empty is unset, so that no .env file fills it in.
Object.assign(process.env, {
  DATABASE_URL: '',
  DATA_DIR: 'memory://',
  JOBS_FILE: 'memory://',
  MARKET_HOURS: 'always',
  API_KEY: 'secret',
  REDIS_URL: leases,
  TICKER_REDIS_URL: data,
  TICKER_CONTRACTS: String(contracts),
});
// The host reads its environment when it is loaded.
const { AppModule } = await import('../../../src/app.module.js');
const { TickerStatus } = await import('../../../src/ticker/ticker-status.js');

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const status = app.get(TickerStatus, { strict: false });
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();
process.on('SIGUSR2', () => void sample());
const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
report<TickerEvent>({ event: 'running', port });

async function sample(): Promise<void> {
  // What is measured is the time between two looks. The collection below is not the app's.
  const lag = Math.max(0, delays.percentile(99) / NANOSECONDS - RESOLUTION);
  const { stream, replicas } = await status.read();
  const { memory, reloads, publisher } = replicas[0]!;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { failed, open, crowded } = publisher.dropped;
  report<TickerEvent>({
    event: 'sample',
    at: timestamp(),
    heap: heapUsed + external,
    lag,
    snapshots: memory.snapshots,
    ticks: stream.ticks,
    reloads: reloads.runs,
    refused: reloads.refused,
    published: publisher.published,
    dropped: failed + open + crowded,
    openings: publisher.openings,
    breaker: publisher.state,
  });
  delays.reset();
}
