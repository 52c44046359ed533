import { describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import type { InvalidOptionsError } from 'nestjs-background-services';
import { inspect } from 'node:util';
import { checkNodes } from './check-nodes.js';
import type { RedisNode } from './node/redis-node.js';

const SERVERS = ['redis://a', 'redis://b', 'redis://c', 'redis://d', 'redis://e'];

function problemsOf(nodes: unknown): readonly string[] {
  try {
    checkNodes(nodes as readonly RedisNode[]);
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''));
  }
}

describe('The list of servers of a quorum', () => {
  it.each([3, 5])('may have %d independent servers', (count) => {
    expect(problemsOf(SERVERS.slice(0, count))).toEqual([]);
  });

  it.each([0, 1, 2, 4])('must not have %d, by which no vote could be won or settled', (count) => {
    expect(problemsOf(SERVERS.slice(0, count))).toEqual([
      `nodes: expected a list of an odd number of independent servers, at least 3, received an array of ${count}`,
    ]);
  });

  it('must be a list', () => {
    expect(problemsOf('redis://a')).toEqual([expect.stringMatching(/^nodes: expected a list .*"string"$/)]);
  });

  it('must not name a server twice, however it is written: it would vote twice', () => {
    expect(problemsOf(['redis://a:6379/1', { host: 'b' }, { host: 'a', db: 2 }])).toEqual([
      'nodes[2]: expected a server that is not in the list yet, received "a:6379"',
    ]);
  });

  it('must have a server in each place, and no Cluster', () => {
    const cluster = new Cluster([], { lazyConnect: true });
    expect(problemsOf(['redis://a', null, cluster])).toEqual([
      expect.stringMatching(/^nodes\[1\]: expected a redis:\/\/ URL, .*, received null$/),
      expect.stringMatching(/^nodes\[2\]: expected a client /),
    ]);
    cluster.disconnect();
  });

  it('has options of ioredis only: whatever else it is given, ioredis takes it for localhost', () => {
    expect(problemsOf(['redis://a', 'redis://b', { socket: { host: 'c' } }])).toEqual([
      'nodes[2].socket: expected host, port and tls themselves: redis: { host, port, tls }, received "an object"',
    ]);
  });

  it('shows no password when it is wrong, in the message or in the fields', () => {
    for (const nodes of [['redis://:hunter2@a'], ['redis://:hunter2@a:99999', 'redis://b', 'redis://c']]) {
      try {
        checkNodes(nodes);
        throw new Error('nothing was found wrong');
      } catch (error) {
        expect(inspect(error, { depth: 9 })).toContain('expected');
        expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
      }
    }
  });
});
