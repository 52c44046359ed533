import { InvalidOptionsError, type OptionProblem } from 'nestjs-background-services';
import { addressOf, redisServerProblems } from './redis-parts.js';
import type { RedisNode } from './node/redis-node.js';

/**
 * A tied vote would settle nothing, of two servers both would be needed, and a server that is listed twice would vote twice.
 * @throws InvalidOptionsError with everything that is wrong with the list
 */
export function checkNodes(nodes: readonly RedisNode[]): void {
  const problems: OptionProblem[] = [];
  const list: readonly unknown[] | undefined = Array.isArray(nodes) ? nodes : undefined;
  if (list === undefined || list.length < 3 || list.length % 2 === 0) {
    const expected = 'a list of an odd number of independent servers, at least 3';
    // Whoever prints the error prints its fields too, and addresses may have passwords in them.
    const received = list?.map(() => '***') ?? typeof nodes;
    problems.push({ field: 'nodes', expected, received });
  }
  const addresses = new Set<string>();
  for (const [i, node] of (list ?? []).entries()) {
    const field = `nodes[${i}]`;
    const found = redisServerProblems(field, node);
    problems.push(...found);
    if (found.length > 0) continue;
    const address = addressOf(node as RedisNode);
    if (addresses.has(address))
      problems.push({ field, expected: 'a server that is not in the list yet', received: address });
    addresses.add(address);
  }
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}
