// @nestjs-redis/lock: its decorator on every @Interval method, as in its README.
import { RedisModule, RedisToken } from '@nestjs-redis/client';
import { Redlock, RedlockModule } from '@nestjs-redis/lock';
import { run, settings, startApp } from './replica.mjs';

await startApp({
  imports: [
    RedisModule.forRoot({ isGlobal: true, options: { url: settings.redis } }),
    RedlockModule.forRootAsync({ inject: [RedisToken()], useFactory: (redis) => ({ clients: [redis] }) }),
  ],
  tick: (worker) => run(worker),
  decorate: (worker, descriptor, prototype) => {
    Redlock(`lock:${worker}`, 5_000)(prototype, worker, descriptor);
    return descriptor;
  },
});
