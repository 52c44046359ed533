import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '../../../src/options-history/storage/open-storage.js';
import { cleanUpAll } from '../../support/processes.js';
import { S3Server } from '../../support/s3-server.js';

const { signal } = new AbortController();
// As the signals of jobs, to which every item under way listens.
setMaxListeners(0, signal);
const KEY = 'AAPL/2024/2024-01-02.jsonl';
const object = (content: string, key = KEY) => ({
  key,
  bytes: Buffer.from(content),
  contentType: 'application/jsonl',
});

let folder: string;
let s3: S3Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'options-'));
  s3 = await S3Server.start();
  Object.assign(process.env, s3.credentials);
});
afterAll(async () => {
  await cleanUpAll();
  await rm(folder, { recursive: true });
});

const open = (location: string, endpoint: string | undefined = s3.endpoint) =>
  openStorage({ location, endpoint, region: s3.region });
const inFolder = (name: string) => open(join(folder, name));

/** Every kind of storage, and how a test looks behind it. */
const kinds = [
  {
    kind: 'a folder',
    location: (name: string) => join(folder, name),
    read: (name: string, key: string) => readFile(join(folder, name, key)),
  },
  {
    kind: 'a bucket',
    location: (name: string) => `s3://${name}`,
    read: async (name: string, key: string) => (await s3.read(name, key)).bytes,
  },
  {
    kind: 'a part of a bucket',
    location: (name: string) => `s3://part-${name}/vendor/options/`,
    read: async (name: string, key: string) => (await s3.read(`part-${name}`, `vendor/options/${key}`)).bytes,
  },
];

describe.each(kinds)('Objects in $kind', ({ location, read }) => {
  const textOf = async (name: string) => Buffer.from(await read(name, KEY)).toString();

  it('are there once they are stored, and not before', async () => {
    const storage = await open(location('first'));
    expect(await storage.exists(KEY, signal)).toBe(false);
    await storage.put(object('{}\n'), signal);
    expect(await storage.exists(KEY, signal)).toBe(true);
    expect(await storage.exists('AAPL/2024/2024-01-03.jsonl', signal)).toBe(false);
    expect(await textOf('first')).toBe('{}\n');
  });

  it('take the place of older ones', async () => {
    const storage = await open(location('second'));
    await storage.put(object('a longer one'), signal);
    await storage.put(object('new'), signal);
    expect(await textOf('second')).toBe('new');
  });

  it('are stored by many at once, also as the first of all', async () => {
    const storages = await Promise.all([open(location('third')), open(location('third'))]);
    const keys = Array.from({ length: 20 }, (_, i) => `MSFT/2024/${i}.jsonl`);
    await Promise.all(
      keys.flatMap((key) => storages.map((storage) => storage.put(object(key, key), signal))),
    );
    for (const key of keys) expect(Buffer.from(await read('third', key)).toString()).toBe(key);
  });

  it('are not stored for who has given up', async () => {
    const storage = await open(location('fourth'));
    await expect(storage.put(object('late'), AbortSignal.abort())).rejects.toThrow();
    expect(await storage.exists(KEY, signal)).toBe(false);
  });
});

describe('A folder', () => {
  it('holds nothing but whole objects', async () => {
    const storage = await inFolder('whole');
    await storage.put(object('x'), signal);
    await expect(storage.put(object('y', 'AAPL/2024/other.jsonl'), AbortSignal.abort())).rejects.toThrow();
    // A folder in the object's place: the last step of storing it fails.
    await mkdir(join(folder, 'whole/AAPL/2024/taken.jsonl/inside'), { recursive: true });
    await expect(storage.put(object('z', 'AAPL/2024/taken.jsonl'), signal)).rejects.toThrow();
    expect((await readdir(join(folder, 'whole/AAPL/2024'))).sort()).toEqual([
      '2024-01-02.jsonl',
      'taken.jsonl',
    ]);
    expect(await storage.exists('AAPL/2024/taken.jsonl', signal)).toBe(false);
  });
});

describe('A bucket', () => {
  it('keeps the media type', async () => {
    await (await open('s3://typed')).put(object('{}'), signal);
    expect(await s3.read('typed', KEY)).toMatchObject({ contentType: 'application/jsonl' });
    expect(await s3.keys('typed')).toEqual([KEY]);
  });

  it('says so when its server cannot be reached, rather than that an object is not there', async () => {
    const away = await open('s3://typed', 'http://127.0.0.1:1');
    await expect(away.exists(KEY, signal)).rejects.toThrow('ECONNREFUSED');
    await expect(away.put(object('x'), signal)).rejects.toThrow('ECONNREFUSED');
  });
});
