import { Logger } from '@nestjs/common';
import { abortController } from '../kit/index.js';
import { LeadershipLostError } from '../errors/index.js';
import { shardOf } from '../lease/index.js';
import type { Iteration } from '../workers/index.js';

/**
 * An iteration to hand to a worker's method in a test of that method alone, without a module: of a term that ends when `signal` aborts.
 * @param parts what matters to the test. @default worker `test`, key `<worker>:leader`, fencing token 1, number 1, due at the epoch, a signal that
 *   never aborts
 */
export function testIteration(parts: Partial<Iteration> = {}): Iteration {
  const { worker = 'test', key = `${worker}:leader`, fencingToken = 1 } = parts;
  const { signal = abortController().signal } = parts;
  return {
    ...{
      number: 1,
      shard: undefined,
      owns: (id) => !parts.shard || shardOf(id, parts.shard.count) === parts.shard.index,
      scheduledAt: new Date(0),
      logger: new Logger(worker),
    },
    assertLeader: () => {
      if (signal.aborted) throw new LeadershipLostError(key, fencingToken, 'step-down');
    },
    ...parts,
    ...{ worker, key, fencingToken, signal },
  };
}
