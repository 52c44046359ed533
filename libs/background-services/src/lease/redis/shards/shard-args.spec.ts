import { describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../lease-store.js';
import { fieldArgs, shardArgs } from './shard-args.js';

describe('shardArgs', () => {
  it('names each token once for those in a row that have it, and the changes last', () => {
    const ledger = { x: '1', y: '2' };
    const requests: { readonly token: number; readonly ledger: Ledger }[] = [
      { token: 7, ledger: {} },
      { token: 7, ledger },
      { token: 9, ledger: { z: '3' } },
    ];
    expect(shardArgs(requests, [4, 5, 12])).toEqual([
      ...[3, 4, 5, 12],
      ...[2, 7, 2, 9, 1],
      ...[2, 2, 4, 3, 2],
      ...['5:x', '1', '5:y', '2', '12:z', '3'],
    ]);
  });
});

describe('fieldArgs', () => {
  const request = (...fields: string[]) => ({ key: '', holder: '', ttl: 1, tokenFloor: 0, fields });

  it('names fields once that are the same but for the index', () => {
    expect(fieldArgs([request('terms', 'start:a#5'), request('terms', 'start:a#12')], [5, 12])).toEqual([
      ...[2, 'terms', 'start:a#\n'],
    ]);
  });

  it('asks for all where they are not, or where they are not named', () => {
    const all = { ...request(), fields: undefined };
    expect(fieldArgs([request('a'), request('b')], [0, 1])).toEqual([-1]);
    expect(fieldArgs([request('a'), request()], [0, 1])).toEqual([-1]);
    expect(fieldArgs([all], [0])).toEqual([-1]);
    expect(fieldArgs([request('a\n')], [0])).toEqual([-1]);
  });
});
