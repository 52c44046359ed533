import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordKeeper } from './record-keeper.js';
import { Statistics } from './statistics.js';
import { decodeWorkerRecord, encodeWorkerRecord, type WorkerRecord } from './worker-record.js';

const PREDECESSORS: WorkerRecord = {
  ...{ iterations: 10, succeeded: 7, errors: 2, aborted: 1, skipped: 3, missed: 4 },
  ...{ lastStartAt: 1_000, lastSuccessAt: 900, lastErrorAt: 800, nextRunAt: 2_000 },
  ...{ lastDuration: 5, meanDuration: 6, maxDuration: 70 },
  recentErrors: [
    { at: 700, type: 'Error', message: 'first' },
    { at: 800, type: 'Error', message: 'second' },
  ],
};

describe('RecordKeeper', () => {
  let statistics: Statistics;

  beforeEach(() => {
    statistics = new Statistics();
  });

  it('has times of the store, whatever the wall clock was and is', () => {
    const record = new RecordKeeper(undefined, statistics);
    const hours = 3 * 3_600_000;
    statistics.started(1_000_000 + hours, 500);
    statistics.succeeded(1_000_000, 5, 505);
    statistics.failed(1_000_000 - hours, 5, new Error('sick'), 510);
    expect(record.view(undefined, 7_000_000)).toMatchObject({
      ...{ lastStartAt: 7_000_500, lastSuccessAt: 7_000_505, lastErrorAt: 7_000_510 },
      recentErrors: [{ at: 7_000_510, message: 'sick' }],
    });
  });

  it('tells what the predecessor left, until this term has something of its own to tell', () => {
    const record = new RecordKeeper(PREDECESSORS, statistics);
    expect(record.view(3_000, 0)).toEqual({ ...PREDECESSORS, nextRunAt: 3_000 });
    statistics.started(5_000);
    statistics.succeeded(5_010, 10);
    expect(record.view(undefined, 500)).toEqual({
      ...PREDECESSORS,
      ...{ iterations: 11, succeeded: 8, lastStartAt: 5_500, lastSuccessAt: 5_510, nextRunAt: null },
      ...{ lastDuration: 10, meanDuration: 10 },
    });
  });

  it('adds its errors to the last ones of the predecessor, three in all', () => {
    const record = new RecordKeeper(PREDECESSORS, statistics);
    for (const message of ['third', 'fourth']) statistics.failed(6_000, 1, new TypeError(message));
    const { recentErrors, lastErrorAt, errors } = record.view(undefined, 0);
    expect(recentErrors.map(({ message }) => message)).toEqual(['second', 'third', 'fourth']);
    expect([lastErrorAt, errors]).toEqual([6_000, 4]);
  });

  it('takes nothing of an earlier term of this replica for news: others led since', () => {
    statistics.started(100);
    statistics.failed(110, 10, new Error('old'));
    const record = new RecordKeeper(PREDECESSORS, statistics);
    expect(record.view(undefined, 0)).toEqual({ ...PREDECESSORS, nextRunAt: null });
  });

  it('begins with nothing where nobody led before', () => {
    expect(
      decodeWorkerRecord(encodeWorkerRecord(new RecordKeeper(undefined, statistics).view(undefined, 0))),
    ).toEqual({
      ...{ iterations: 0, succeeded: 0, errors: 0, aborted: 0, skipped: 0, missed: 0 },
      ...{ lastStartAt: null, lastSuccessAt: null, lastErrorAt: null, nextRunAt: null },
      ...{ lastDuration: 0, meanDuration: 0, maxDuration: 0, recentErrors: [] },
    });
  });
});
