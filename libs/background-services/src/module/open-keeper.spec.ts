import { describe, expect, it } from '@jest/globals';
import type { LineLogger } from '../logs/index.js';
import { MemoryLeaseStore } from '../lease/index.js';
import { resolveOptions, type ResolvedOptions } from '../options/resolve-options.js';
import { openKeeper } from './open-keeper.js';

/** As in a bundle, where the store cannot tell where its files are. */
function storeWithoutFiles() {
  return Object.defineProperty(() => new MemoryLeaseStore(), 'thread', {
    get: () => {
      throw new TypeError('Invalid URL');
    },
  });
}

describe('openKeeper()', () => {
  it.each<[string, Partial<ResolvedOptions>]>([
    ['leases are renewed in the process', { heartbeat: 'in-process' }],
    ['the app takes no part', { heartbeat: 'thread', enabled: false }],
  ])('asks the store for no thread where %s', async (_what, options) => {
    const resolved = { ...resolveOptions({ store: storeWithoutFiles() }), ...options };
    expect(await openKeeper(resolved, {} as LineLogger)).toBeUndefined();
  });
});
