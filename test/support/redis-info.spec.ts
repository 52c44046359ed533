import { describe, expect, it } from '@jest/globals';
import { parseCommandStats, parseProcessorTime } from './redis-info.js';

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

describe('parseProcessorTime', () => {
  it('adds what the server itself took, not its children or one of its threads', () => {
    const info = [
      'used_cpu_sys:1.25',
      'used_cpu_user:2.5',
      'used_cpu_sys_children:9.0',
      'used_cpu_sys_main_thread:1.0',
    ].join('\r\n');
    expect(parseProcessorTime(info)).toBe(3_750);
  });
});
