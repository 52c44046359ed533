import { describe, expect, it } from '@jest/globals';
import { until } from './until.js';

describe('until', () => {
  it('returns the first value that satisfies', async () => {
    let readings = 0;
    const third = await until(() => ++readings, { what: 'the third', satisfies: (n) => n === 3, every: 1 });
    expect(third).toBe(3);
  });

  it('takes a reading that throws for "not yet"', async () => {
    let readings = 0;
    const read = (): string => {
      readings += 1;
      if (readings === 1) throw new Error('too early');
      return 'ready';
    };
    await expect(until(read, { what: 'readiness', every: 1 })).resolves.toBe('ready');
  });

  it('says what was awaited and what was seen last', async () => {
    const waiting = until(() => ({ role: 'standby' }), {
      what: 'a leader',
      satisfies: ({ role }) => role === 'leader',
      timeout: 5,
      every: 1,
    });
    await expect(waiting).rejects.toThrow("Waited 5 ms for a leader; last seen: { role: 'standby' }");
  });

  it('passes the error of the last reading on', async () => {
    const refused = async (): Promise<boolean> => Promise.reject(new Error('connection refused'));
    const waiting = until(refused, { what: 'an answer', timeout: 5, every: 1 });
    await expect(waiting).rejects.toThrow('last seen: Error: connection refused');
  });
});
