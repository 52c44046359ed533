import { describe, expect, it } from '@jest/globals';
import { cronRemarks } from './cron-remarks.js';

describe('cronRemarks', () => {
  it('says what a step that is longer than its field means', () => {
    expect(cronRemarks({ pattern: '*/90 * * * *' })).toEqual([
      '"*/90" in the cron pattern "*/90 * * * *" matches only minute 0: its step of 90 is longer than what is left of the field. ' +
        'It does not mean "every 90"; for a fixed period use @Interval',
    ]);
  });

  it('says that an empty zone is UTC', () => {
    expect(cronRemarks({ pattern: '0 4 * * *', timeZone: '' })).toEqual([
      'timeZone is "", which means UTC to the `cron` package; write "UTC", or leave it out for the machine\'s zone',
    ]);
  });

  it.each(['*/30 * * * *', '0 0 1 */12 *', '*/60 * * * *', '@daily', new Date(0)])(
    'has nothing to say of what means what it looks like: %s',
    (pattern) => {
      expect(cronRemarks({ pattern, timeZone: 'UTC' })).toEqual([]);
    },
  );
});
