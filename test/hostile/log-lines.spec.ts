import { describe, expect, it } from '@jest/globals';
import { repeatedLines } from './log-lines.js';

const line = (seconds: number, text: string, level = 'WARN') => ({
  replica: 'one',
  text: `[Nest] 7  - 11/30/2026, 6:52:${seconds % 60} PM   ${level} [BackgroundJobs] ${text}`,
  at: seconds * 1_000,
});

describe('repeatedLines', () => {
  it('finds a warning that came twice within a minute', () => {
    const lines = [
      line(0, 'Job 1'),
      line(30, 'Job 1'),
      line(59, 'Job 1'),
      line(61, 'Job 1'),
      line(61, 'Job 2'),
    ];
    expect(repeatedLines(lines)).toEqual([{ replica: 'one', line: 'WARN [BackgroundJobs] Job 1', times: 3 }]);
  });

  it('lets pass what comes once a minute, from each replica, or is no warning', () => {
    const lines = [line(0, 'Job 1'), line(60, 'Job 1'), { ...line(1, 'Job 1'), replica: 'two' }];
    expect(repeatedLines([...lines, line(1, 'Job 3', 'LOG'), line(2, 'Job 3', 'LOG')])).toEqual([]);
  });
});
