import { describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { instrumentsOf } from './observe-jobs.js';

describe('Metrics of jobs', () => {
  it('are made once in a registry, by whichever copy of the package', async () => {
    const registry = new Registry();
    const first = instrumentsOf(registry, '');
    jest.resetModules();
    const second = await import('./observe-jobs.js');
    expect(second.instrumentsOf).not.toBe(instrumentsOf);
    expect(second.instrumentsOf(registry, '')).toBe(first);
    expect(second.instrumentsOf(registry, 'shop_')).not.toBe(first);
  });
});
