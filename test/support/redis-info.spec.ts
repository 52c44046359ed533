import { describe, expect, it } from '@jest/globals';
import { parseCommandStats } from './redis-info.js';

describe('parseCommandStats', () => {
  it('reads the calls of every command, subcommands included', () => {
    const info = [
      '# Commandstats',
      'cmdstat_set:calls=2,usec=9,usec_per_call=4.50,rejected_calls=0,failed_calls=0',
      'cmdstat_client|setinfo:calls=4,usec=3,usec_per_call=0.75,rejected_calls=0,failed_calls=0',
      '',
    ].join('\r\n');

    expect(parseCommandStats(info)).toEqual({ total: 6, calls: { set: 2, 'client|setinfo': 4 } });
  });

  it('is empty for a server that has done nothing', () => {
    expect(parseCommandStats('# Commandstats\r\n')).toEqual({ total: 0, calls: {} });
  });
});
