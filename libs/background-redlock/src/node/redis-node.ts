import type { Redis, RedisOptions } from 'ioredis';

/** How to reach one of several independent Redis masters: a URL, ioredis options, or a client of the app, which is duplicated and never closed. */
export type RedisNode = string | RedisOptions | Redis;
