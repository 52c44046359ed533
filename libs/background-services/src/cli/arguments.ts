import { parseArgs } from 'node:util';
import { describeError, show, withoutPassword } from '../errors/index.js';
import { connectable, KEPT_NOTES } from '../lease/index.js';
import { redisTargetProblems } from '../redis/index.js';
import { type CommandName, COMMANDS, formOf, isAct, isCommand } from './commands.js';
import { DURATION_FORMAT, parseDuration } from './duration.js';
import { PROGRAM, usageOf } from './help.js';
import { UsageError } from './usage.error.js';

/** How Redis is reached. */
export interface ConnectionSettings {
  readonly url: string;
  /** Put before every key. */
  readonly prefix: string;
  readonly cluster: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** What a command is told. Durations in milliseconds. */
export interface Settings {
  readonly connection: ConnectionSettings;
  /** A worker's name or a lease key, as the command has it; empty where it has none. */
  readonly operand: string;
  readonly keys: readonly string[];
  readonly json: boolean;
  readonly check: boolean;
  readonly interval: number;
  readonly limit: number;
  readonly by: string;
  readonly why: string;
  readonly duration: number;
  /** Of an act that is asked for once, however often the command is run. */
  readonly id: string | undefined;
}

export type Invocation =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command?: CommandName }
  | { readonly kind: 'command'; readonly command: CommandName; readonly settings: Settings };

const INTERVAL = 1_000;
const SHORTEST_INTERVAL = 100;
const TIMEOUT = 3_000;
const LIMIT = 20;

const OPTIONS = {
  redis: { type: 'string' },
  prefix: { type: 'string' },
  cluster: { type: 'boolean' },
  timeout: { type: 'string' },
  key: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  check: { type: 'boolean' },
  interval: { type: 'string' },
  limit: { type: 'string' },
  why: { type: 'string' },
  by: { type: 'string' },
  for: { type: 'string' },
  id: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const EVERYWHERE: readonly string[] = ['redis', 'prefix', 'cluster', 'timeout', 'help', 'version'];

type Values = ReturnType<typeof parse>['values'];

/**
 * Reads a command line.
 * @param operator who acts unless told otherwise
 * @throws UsageError
 */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  operator: string,
): Invocation {
  const { values, positionals } = parse(args);
  if (values.version) return { kind: 'version' };
  const [name, ...operands] = positionals;
  if (name === undefined) {
    if (values.help) return { kind: 'help' };
    throw new UsageError(`A command is missing. ${PROGRAM} --help lists them`);
  }
  if (!isCommand(name))
    throw new UsageError(`There is no command ${show(name)}. There are: ${Object.keys(COMMANDS).join(', ')}`);
  if (values.help) return { kind: 'help', command: name };
  checkOptions(name, values);
  const operand = readOperand(name, operands);
  return {
    kind: 'command',
    command: name,
    settings: {
      operand,
      ...(isAct(name)
        ? { by: values.by ?? operator, why: readWhy(name, operand, values.why) }
        : { by: '', why: '' }),
      duration: name === 'disable' ? readFor(operand, values.for) : 0,
      connection: readConnection(values, environment),
      keys: values.key ?? [],
      id: values.id,
      json: values.json ?? false,
      check: values.check ?? false,
      interval: readInterval(values.interval),
      limit: readLimit(values.limit),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(describeError(error).message);
  }
}

function checkOptions(command: CommandName, values: Values): void {
  const known = [...EVERYWHERE, ...formOf(command).options];
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(
      `${command} does not take --${unknown.join(', --')}. See ${PROGRAM} ${command} --help`,
    );
}

function readOperand(command: CommandName, operands: readonly string[]): string {
  const { operand, examples } = formOf(command);
  const [first = '', ...rest] = operand ? operands : ['', ...operands];
  if (operand && first === '')
    throw new UsageError(`${command} needs a ${operand}. For example: ${PROGRAM} ${examples[0]}`);
  if (rest.length > 0)
    throw new UsageError(
      `There is something after ${PROGRAM} ${usageOf(command)}: ${rest.map(show).join(', ')}`,
    );
  return first;
}

function readWhy(command: CommandName, operand: string, why: string | undefined): string {
  if (why !== undefined && why.trim() !== '') return why;
  const rest = command === 'disable' ? ' --for 1h' : '';
  throw new UsageError(
    `${command} needs a reason, which is kept in the audit list. For example: ` +
      `${PROGRAM} ${command} ${operand}${rest} --why "the exchange is closed"`,
  );
}

function readFor(operand: string, text: string | undefined): number {
  if (text === undefined)
    throw new UsageError(
      `disable needs to know for how long. For example: ${PROGRAM} disable ${operand} --for 1h --why "migration"`,
    );
  return readDuration('for', text);
}

function readInterval(text: string | undefined): number {
  const interval = text === undefined ? INTERVAL : readDuration('interval', text);
  if (interval < SHORTEST_INTERVAL)
    throw new UsageError(`--interval: expected at least ${SHORTEST_INTERVAL}ms, received ${show(text)}`);
  return interval;
}

function readDuration(option: string, text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined)
    throw new UsageError(`--${option}: expected ${DURATION_FORMAT}, received ${show(text)}`);
  return duration;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return LIMIT;
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > KEPT_NOTES)
    throw new UsageError(`--limit: expected a whole number from 1 to ${KEPT_NOTES}, received ${show(text)}`);
  return Number(text);
}

function readConnection(
  values: Values,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectionSettings {
  const url = values.redis ?? environment.REDIS_URL;
  if (url === undefined || url === '')
    throw new UsageError('Which Redis? Give --redis redis://host:6379, or set REDIS_URL');
  const [problem] = redisTargetProblems('redis', url);
  if (problem || !connectable(url))
    throw new UsageError(
      `--redis: expected ${problem?.expected ?? 'a URL'}, such as redis://user:password@host:6379/0, received ${show(withoutPassword(url))}`,
    );
  return {
    url,
    prefix: values.prefix ?? '',
    cluster: values.cluster ?? false,
    timeout: values.timeout === undefined ? TIMEOUT : readDuration('timeout', values.timeout),
  };
}
