// redlock-universal: every tick inside using(), as its README begins.
import { Redis } from 'ioredis';
import { createLock, IoredisAdapter } from 'redlock-universal';
import { run, settings, startApp, workers } from './replica.mjs';

const adapter = new IoredisAdapter(new Redis(settings.redis));
const locks = new Map(
  workers.map((worker) => [worker, createLock({ adapter, key: `lock:${worker}`, ttl: 30_000 })]),
);

await startApp({ tick: (worker) => locks.get(worker).using(() => run(worker)) });
