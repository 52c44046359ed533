// @anchan828/nest-redlock: its decorator on every @Interval method, with the settings of its README.
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import { run, settings, startApp } from './replica.mjs';

// Its ES modules import each other without file extensions, which Node does not resolve.
const { Redlock, RedlockModule, RedlockService } = createRequire(import.meta.url)('@anchan828/nest-redlock');

const redlock = RedlockModule.register({
  clients: [new Redis(settings.redis)],
  settings: {
    driftFactor: 0.01,
    retryCount: 10,
    retryDelay: 200,
    retryJitter: 200,
    automaticExtensionThreshold: 500,
  },
  duration: 1_000,
});

const app = await startApp({
  imports: [redlock],
  tick: (worker) => run(worker),
  decorate: (worker, descriptor, prototype) => Redlock(`lock:${worker}`)(prototype, worker, descriptor),
});
// Emitted for every lock that another replica has.
app.get(RedlockService).on('error', () => {});
