import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('has defaults, and a new seed', () => {
    expect(readOptions([])).toEqual({
      help: false,
      options: { seed: expect.any(Number), fleets: 4, replicas: 3, ttl: 2_000, until: { duration: 120_000 } },
    });
  });

  it('reads durations, counts and the seed', () => {
    const args = ['--faults', '1000', '--fleets', '6', '--replicas', '5', '--ttl', '500ms', '--seed', '42'];
    expect(readOptions(args)).toMatchObject({
      options: { seed: 42, fleets: 6, replicas: 5, ttl: 500, until: { faults: 1_000 } },
    });
    expect(readOptions(['--duration', '1.5h'])).toMatchObject({
      options: { until: { duration: 5_400_000 } },
    });
    expect(readOptions(['--help'])).toEqual({ help: true });
  });

  it.each([
    [['--duration', '2 minutes'], 'Expected --duration to be a duration such as'],
    [['--ttl', '0s'], 'received "0s"'],
    [['--fleets', '0'], 'Expected --fleets to be a whole number of at least 1, received "0"'],
    [['--replicas', '1'], 'at least 2'],
    [['--seed', 'x'], 'received "x"'],
    [['--faults', '10', '--duration', '2m'], 'received both'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
