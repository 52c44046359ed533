import { COMMANDS, type CommandName, formOf, type OptionName } from './commands.js';

export const PROGRAM = 'nestjs-background-services';

const OPTIONS: Readonly<Record<OptionName, readonly [string, string]>> = {
  key: [
    '--key <key>',
    'a key to look at even if no replica names it; may be repeated. Of an act upon a worker: under which key, where several have that name',
  ],
  json: ['--json', 'for scripts: one line of JSON'],
  check: ['--check', 'for monitors: ends with 1 if something needs a look'],
  interval: ['--interval <duration>', 'how often it is drawn (default 1s)'],
  limit: ['--limit <number>', 'how many acts (default 20, at most 200)'],
  why: ['--why <reason>', 'kept in the audit list; required'],
  by: ['--by <name>', 'who you are (default user@host)'],
  id: ['--id <id>', 'of the act: run again under the same id, it is not done again'],
  for: ['--for <duration>', 'for how long, up to 30d; required'],
};

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['--redis <url>', 'the Redis of the leases (default $REDIS_URL)'],
  ['--prefix <text>', 'the keyPrefix of the app’s connection'],
  ['--cluster', 'it is a Redis Cluster; one of its nodes is enough'],
  ['--timeout <duration>', 'how long Redis may take to answer (default 3s)'],
  ['--help, --version', ''],
];

const ENDS = `Durations are written 90s, 10m, 1h, 2d, or in milliseconds.

It ends with
  0  all is well, or the act is done
  1  status --check: a key is leaderless, stale or flapping, a circuit breaker is open, or no replica is there
  2  the command line makes no sense
  3  Redis does not answer
  4  the act was refused, or the leader has not answered yet (audit tells later what became of it)
`;

/** Help for the program, or for one command. */
export function help(command?: CommandName): string {
  return command === undefined ? helpOfProgram() : helpOfCommand(command);
}

export function usageOf(name: CommandName): string {
  const { operand } = formOf(name);
  return operand ? `${name} <${operand}>` : name;
}

function helpOfProgram(): string {
  const names = Object.keys(COMMANDS) as CommandName[];
  return `Looks at a fleet of leader-elected workers and steers it, straight in Redis: the app need not answer.

Usage: ${PROGRAM} <command> [options]

Commands:
${list(names.map((name) => [usageOf(name), formOf(name).summary]))}

Options:
${list([...Object.values(OPTIONS), ...EVERYWHERE])}

Examples:
${examples(names.flatMap((name) => formOf(name).examples.slice(0, 1)))}

${ENDS}
${PROGRAM} <command> --help tells more of a command.
`;
}

function helpOfCommand(name: CommandName): string {
  const { summary, options } = formOf(name);
  return `Usage: ${PROGRAM} ${usageOf(name)} [options]

${summary[0]?.toUpperCase()}${summary.slice(1)}.

Options:
${list([...options.map((option) => OPTIONS[option]), ...EVERYWHERE])}

Examples:
${examples(formOf(name).examples)}

${ENDS}`;
}

function list(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd()).join('\n');
}

function examples(lines: readonly string[]): string {
  return lines.map((line) => `  ${PROGRAM} ${line}`).join('\n');
}
