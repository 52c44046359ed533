import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
import { type CommandName, COMMANDS, formOf } from './commands.js';
import { help } from './help.js';
import { UsageError } from './usage.error.js';

const ENVIRONMENT = { REDIS_URL: 'redis://redis:6379' };
const read = (...args: string[]) => readArguments(args, ENVIRONMENT, 'ada@laptop');

function settingsOf(...args: string[]) {
  const invocation = read(...args);
  if (invocation.kind !== 'command') throw new Error(`It is ${invocation.kind}`);
  return invocation.settings;
}

describe('readArguments', () => {
  it('reads a command with its options', () => {
    expect(read('disable', 'orders:leader', '--for', '1h', '--why', 'migration', '--json')).toEqual({
      kind: 'command',
      command: 'disable',
      settings: {
        ...{ operand: 'orders:leader', keys: [], json: true, check: false, interval: 1_000, limit: 20 },
        ...{ by: 'ada@laptop', why: 'migration', duration: 3_600_000 },
        connection: { url: 'redis://redis:6379', prefix: '', cluster: false, timeout: 3_000 },
      },
    });
  });

  it('prefers what is given to what is usual', () => {
    const options = ['--redis', 'rediss://u:p@h:1/2', '--prefix', 'app:', '--cluster', '--timeout', '500ms'];
    expect(settingsOf('status', ...options).connection).toEqual({
      ...{ url: 'rediss://u:p@h:1/2', prefix: 'app:', cluster: true, timeout: 500 },
    });
    expect(settingsOf('pause', 'w', '--why', 'x', '--by', 'grace').by).toBe('grace');
    expect(settingsOf('leaders', '--key', 'a', '--key', 'b').keys).toEqual(['a', 'b']);
    expect(settingsOf('watch', '--interval', '5s').interval).toBe(5_000);
  });

  it('offers help and version without a Redis', () => {
    expect(readArguments(['--help'], {}, '')).toEqual({ kind: 'help' });
    expect(readArguments(['pause', '--help'], {}, '')).toEqual({ kind: 'help', command: 'pause' });
    expect(readArguments(['-v'], {}, '')).toEqual({ kind: 'version' });
  });

  it.each([
    ['no command', [], /A command is missing/],
    ['an unknown one', ['statsu'], /no command "statsu". There are: status, watch/],
    ['a name of Object', ['toString'], /no command/],
    ['an unknown option', ['status', '--jsno'], /--jsno/],
    ['an option of another command', ['status', '--why', 'x'], /status does not take --why/],
    ['a value that is missing', ['status', '--redis'], /--redis/],
    [
      'no worker',
      ['pause', '--why', 'x'],
      /pause needs a worker. For example: nestjs-background-services pause/,
    ],
    ['too much', ['status', 'prices'], /something after nestjs-background-services status: "prices"/],
    ['no reason', ['pause', 'prices'], /needs a reason.*pause prices --why "/],
    ['an empty reason', ['step-down', 'k', '--why', ' '], /needs a reason.*step-down k --why "/],
    ['no duration', ['disable', 'k', '--why', 'x'], /for how long. For example: .* disable k --for 1h/],
    [
      'a wrong duration',
      ['disable', 'k', '--why', 'x', '--for', 'ever'],
      /--for: expected a duration.*"ever"/,
    ],
    [
      'a wrong interval',
      ['watch', '--interval', '1ms'],
      /--interval: expected at least 100ms, received "1ms"/,
    ],
    ['a wrong limit', ['audit', '--limit', '201'], /--limit: expected a whole number from 1 to 200/],
    ['no URL', ['status', '--redis', 'http://localhost'], /--redis: expected a redis:.* URL/],
  ])('refuses %s', (_what, args, message) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
  });

  it('says which Redis is missing, and never the password of a wrong one', () => {
    expect(() => readArguments(['status'], {}, '')).toThrow(/REDIS_URL/);
    for (const url of [
      'redis://u:secret@h:99999',
      'http://u:secret@h',
      'redis://u:secret@h:x?password=secret',
    ])
      expect(() => read('status', '--redis', url)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
  });
});

describe('help', () => {
  it('names every command, option and exit code', () => {
    for (const name of Object.keys(COMMANDS)) expect(help()).toContain(`\n  ${name}`);
    for (const option of ['--redis', '--prefix', '--cluster', '--json', '--why', '--by', '--for', '--check'])
      expect(help()).toContain(option);
    for (const code of [0, 1, 2, 3, 4]) expect(help()).toMatch(new RegExp(`^  ${code}  `, 'm'));
  });

  it.each(Object.keys(COMMANDS) as CommandName[])('has examples of %s that are right', (name) => {
    const { examples } = formOf(name);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(help(name)).toContain(`nestjs-background-services ${example}`);
      const [commandLine = ''] = example.split(' | ');
      const words = [...commandLine.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
      expect(read(...words)).toMatchObject({ kind: 'command', command: name });
    }
  });
});
