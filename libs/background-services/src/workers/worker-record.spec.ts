import { describe, expect, it } from '@jest/globals';
import { decodeWorkerRecord, encodeWorkerRecord, type WorkerRecord } from './worker-record.js';

const RECORD: WorkerRecord = {
  ...{ iterations: 10, succeeded: 7, errors: 2, aborted: 1, skipped: 0, missed: 4 },
  ...{ lastStartAt: 1_000, lastSuccessAt: 900, lastErrorAt: 800, nextRunAt: null },
  ...{ lastDuration: 5, meanDuration: 6, maxDuration: 70 },
  recentErrors: [{ at: 800, type: 'Error', message: 'sick' }],
};

/** As version 0.1 writes and reads it: the ledger outlives versions, and a fleet has two of them while it is deployed. */
const WRITTEN =
  '{"iterations":10,"succeeded":7,"errors":2,"aborted":1,"missed":4,"lastStartAt":1000,"lastSuccessAt":900,' +
  '"lastErrorAt":800,"lastDuration":5,"meanDuration":6,"maxDuration":70,' +
  '"recentErrors":[{"at":800,"type":"Error","message":"sick"}]}';

describe('A record', () => {
  it('reads as it was written', () => {
    const record = { ...RECORD, lastDuration: 1.239 };
    expect(decodeWorkerRecord(encodeWorkerRecord(record))).toEqual({ ...record, lastDuration: 1.24 });
  });

  it('is written so that replicas of another version can read it', () => {
    expect(encodeWorkerRecord(RECORD)).toBe(WRITTEN);
  });

  it('of a replica of another version is read', () => {
    expect(decodeWorkerRecord(WRITTEN)).toEqual(RECORD);
  });
});
