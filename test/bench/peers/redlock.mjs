// redlock: every tick inside using(), with the settings of its README.
import { Redis } from 'ioredis';
import Redlock from 'redlock';
import { run, settings, startApp } from './replica.mjs';

const redlock = new Redlock([new Redis(settings.redis)], {
  driftFactor: 0.01,
  retryCount: 10,
  retryDelay: 200,
  retryJitter: 200,
  automaticExtensionThreshold: 500,
});
// Emitted for every lock that another replica has.
redlock.on('error', () => {});

await startApp({ tick: (worker) => redlock.using([`lock:${worker}`], 5_000, () => run(worker)) });
