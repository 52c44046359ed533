import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadStoreInThread } from './store-in-thread.js';

const TTL = 30_000;

describe('The store of an app in a heartbeat thread', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-in-thread-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What loads a store from a module with this code. */
  async function loading(name: string, code: string) {
    const file = join(folder, `${name}.cjs`);
    await writeFile(file, code);
    return () => loadStoreInThread({ kind: 'module', module: pathToFileURL(file).href, settings: 5 }, TTL);
  }

  it('is opened with its settings, and its answers are checked', async () => {
    const load = await loading(
      'whole',
      `const nothing = async () => undefined;
      const methods = ['acquire', 'renew', 'release', 'record', 'inspect', 'watch', 'close'];
      exports.openStore = async (settings, { ttl, listen }) => ({
        name: [settings, ttl, listen].join(),
        ...Object.fromEntries(methods.map((name) => [name, nothing])),
      });`,
    );
    const store = await load()();
    expect(store.name).toBe(`5,${TTL},false`);
    const lease = { key: 'orders', holder: 'a', token: 1, ttl: TTL, ledger: {} };
    expect(await store.renew([lease])).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('has every method of a store', async () => {
    const load = await loading('half', 'exports.openStore = () => ({ renew: () => [] })');
    await expect(load()()).rejects.toThrow(
      /half\.cjs: expected openStore\(\) to return an object with the methods acquire, renew, .*, received an object/,
    );
  });

  it('is missed at once where its module cannot be loaded, or opens no store', async () => {
    expect(await loading('empty', '')).toThrow(
      /empty\.cjs: expected it to export the function openStore\(\), received undefined/,
    );
    expect(await loading('broken', 'throw new Error("not today")')).toThrow(
      /The module of the store, file:.*broken\.cjs, cannot be loaded: not today/,
    );
  });
});
