import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, expect, it } from '@jest/globals';
import { TestReplica, testWorker } from '../spec-support/replica.js';
import { systemClock } from '../lease/index.js';
import { TestLeaseStore } from '../testing/test-lease-store.js';
import { until } from '../../../../test/support/until.js';

const storage = new AsyncLocalStorage<string>();
let replica: TestReplica | undefined;
afterEach(() => replica?.stop());

it('What is kept in AsyncLocalStorage where a worker is started does not get to the others', async () => {
  const seen: (string | undefined)[] = [];
  const note = () => void seen.push(storage.getStore());
  replica = new TestReplica('a', {
    clock: systemClock,
    store: new TestLeaseStore(systemClock),
    workers: [
      { ...testWorker({ kind: 'interval', every: 30 }, note), name: 'other' },
      { ...testWorker({ kind: 'interval', every: 5 }, note), name: 'restarted' },
    ],
  }).start();
  await until(() => seen.length, { what: 'the first runs', satisfies: (count) => count > 3 });
  storage.run('a request', () => {
    replica!.worker('restarted').stop();
    replica!.worker('restarted').start();
  });
  const before = seen.length;
  await until(() => seen.length, { what: 'more runs', satisfies: (count) => count > before + 20 });
  expect(new Set(seen)).toEqual(new Set([undefined]));
});
