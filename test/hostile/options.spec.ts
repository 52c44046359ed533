import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('has defaults, and a new seed', () => {
    expect(readOptions([])).toEqual({
      help: false,
      options: { seed: expect.any(Number), mutations: 20_000, rate: 60, ttl: 10_000, replicas: 3 },
    });
  });

  it('reads numbers', () => {
    expect(readOptions(['--mutations', '300', '--rate', '40', '--ttl', '3000', '--seed', '7'])).toMatchObject(
      {
        options: { seed: 7, mutations: 300, rate: 40, ttl: 3_000 },
      },
    );
    expect(readOptions(['--help'])).toEqual({ help: true });
  });

  it.each(['0', '-1', '1.5', 'many'])('refuses %s mutations', (text) => {
    expect(() => readOptions([`--mutations=${text}`])).toThrow(
      `Expected --mutations to be a whole number of at least 1, received "${text}".`,
    );
  });
});
