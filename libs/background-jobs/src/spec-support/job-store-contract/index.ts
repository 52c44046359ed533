import { afterAll, beforeAll, describe } from '@jest/globals';
import { Context, type JobStoreUnderTest } from './context.js';
import { createContract } from './create.js';
import { ledgerContract } from './ledger.js';
import { listContract } from './list.js';
import { noticesContract } from './notices.js';
import { retentionContract } from './retention.js';
import { runContract } from './run.js';

export { type JobStoreUnderTest, LONG_RETENTION, SHORT_RETENTION } from './context.js';

/** What every adapter of the port promises, on real time. */
export function describeJobStore(name: string, open: () => Promise<JobStoreUnderTest>): void {
  describe(name, () => {
    const context = new Context(open);
    beforeAll(() => context.start());
    afterAll(() => context.close());

    createContract(context);
    runContract(context);
    ledgerContract(context);
    listContract(context);
    retentionContract(context);
    noticesContract(context);
  });
}
