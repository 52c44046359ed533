import { Cluster } from 'ioredis';
import type { OptionProblem } from '../errors/index.js';
import { redisServerProblems, type RedisTarget } from '../lease/index.js';
import { problemsIn } from '../schema/index.js';

/** Refuses what ioredis would take without a word for "localhost:6379", and a list of servers, which needs another store. */
export const redisTarget = problemsIn<RedisTarget>((redis) => {
  try {
    if (redis instanceof Cluster) return [];
    return Array.isArray(redis) ? [listProblem(redis)] : redisServerProblems('', redis);
  } catch {
    return [{ field: '', expected: 'a target whose fields can be read', received: redis }];
  }
});

function listProblem(servers: readonly unknown[]): OptionProblem {
  const expected =
    'one server; for several, install nestjs-background-redlock and use store: redlockStore([…]) in place of redis';
  // Whoever prints the error prints its fields too, and addresses may have passwords in them.
  return { field: '', expected, received: servers.map(() => '***') };
}
