import { describe, expect, it } from '@jest/globals';
import { FAULT_NAMES, faultKind } from './faults.js';
import { plan, type Step } from './plan.js';
import { SeededRandom } from './seeded-random.js';

function steps(seed: number, size: number): Step[] {
  const steps = plan(new SeededRandom(seed));
  return Array.from({ length: size }, () => steps.next().value as Step);
}

describe('plan', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(steps(1, 50)).toEqual(steps(1, 50));
    expect(steps(1, 50)).not.toEqual(steps(2, 50));
  });

  it('draws all kinds about equally often', () => {
    const names = steps(3, 1_000).flatMap(({ faults }) => faults.map(({ name }) => name));
    const each = names.length / FAULT_NAMES.length;
    for (const name of FAULT_NAMES) {
      const times = names.filter((other) => other === name).length;
      expect(Math.abs(times - each)).toBeLessThanOrEqual(2);
    }
  });

  it('lets several faults strike together, each at something else', () => {
    const several = steps(4, 1_000).filter(({ faults }) => faults.length > 1);
    expect(several.length).toBeGreaterThan(200);
    for (const { faults } of several) {
      const spoiled = faults.map(({ name }) => faultKind(name).spoils);
      expect(new Set(spoiled).size).toBe(spoiled.length);
    }
  });

  it('hits one process at a time', () => {
    const targets = steps(5, 1_000)
      .flatMap(({ faults }) => faults)
      .filter(({ name }) => faultKind(name).spoils === 'process')
      .map(({ target }) => target);
    expect(new Set(targets)).toEqual(new Set(['leader', 'standby']));
  });
});
