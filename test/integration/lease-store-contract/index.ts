import { afterAll, beforeAll, describe } from '@jest/globals';
import { acquireContract } from './acquire.js';
import { batchesContract } from './batches.js';
import { Context, type StoreUnderTest } from './context.js';
import { fencingTokenContract } from './fencing-token.js';
import { inspectContract } from './inspect.js';
import { ledgerContract } from './ledger.js';
import { recordContract } from './record.js';
import { releaseContract } from './release.js';
import { renewContract } from './renew.js';

export type { StoreUnderTest } from './context.js';

/** What every adapter of the port promises, on real time. */
export function describeLeaseStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    const context = new Context(open);
    beforeAll(() => context.start());
    afterAll(() => context.close());

    acquireContract(context);
    fencingTokenContract(context);
    renewContract(context);
    releaseContract(context);
    recordContract(context);
    ledgerContract(context);
    inspectContract(context);
    batchesContract(context);
  });
}
