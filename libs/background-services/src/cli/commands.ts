/** What can be given with a command; `--redis` and its like go with all of them. */
export type OptionName = 'key' | 'json' | 'check' | 'interval' | 'limit' | 'why' | 'by' | 'for' | 'id';

export interface CommandForm {
  /** What has to follow the name. */
  readonly operand?: 'worker' | 'key' | 'replica';
  readonly summary: string;
  readonly options: readonly OptionName[];
  readonly examples: readonly string[];
}

const ACT: readonly OptionName[] = ['why', 'by', 'json', 'key'];
/** An act that does something each time, and is told by an id that it is the same one. */
const EACH_TIME: readonly OptionName[] = [...ACT, 'id'];

export const COMMANDS = {
  status: {
    summary: 'replicas, keys, workers, and what needs a look',
    options: ['json', 'check', 'key'],
    examples: ['status', 'status --json | jq .warnings', 'status --check'],
  },
  watch: {
    summary: 'the same, drawn again each second',
    options: ['interval', 'json', 'key'],
    examples: ['watch', 'watch --interval 5s'],
  },
  leaders: {
    summary: 'who leads which key, and since when',
    options: ['json', 'key'],
    examples: ['leaders', 'leaders --key portfolio:leader'],
  },
  stale: {
    summary: 'leases whose holder is not there (any more)',
    options: ['json', 'key'],
    examples: ['stale'],
  },
  audit: {
    summary: 'the last acts: who, when, what and why',
    options: ['json', 'limit'],
    examples: ['audit', 'audit --limit 5 --json'],
  },
  pause: {
    operand: 'worker',
    summary: 'lets no iteration of a worker start, on any replica, until it is resumed',
    options: ACT,
    examples: ['pause prices --why "the exchange is closed"'],
  },
  resume: {
    operand: 'worker',
    summary: 'ends a pause',
    options: ACT,
    examples: ['resume prices --why "it is open again"'],
  },
  trigger: {
    operand: 'worker',
    summary: 'runs one iteration now, on the leader',
    options: EACH_TIME,
    examples: ['trigger prices --why "catching up after the outage"'],
  },
  'reset-breaker': {
    operand: 'worker',
    summary: 'closes the circuit breaker of a worker',
    options: EACH_TIME,
    examples: ['reset-breaker prices --why "the provider is back"'],
  },
  'force-open-breaker': {
    operand: 'worker',
    summary: 'lets no iteration through until the circuit breaker is reset',
    options: EACH_TIME,
    examples: ['force-open-breaker prices --why "the provider asked us to stop"'],
  },
  'step-down': {
    operand: 'key',
    summary: 'lets another replica lead, in order: abort, drain, release',
    options: EACH_TIME,
    examples: ['step-down portfolio:leader --why "that node is drained"'],
  },
  cordon: {
    operand: 'replica',
    summary: 'lets a replica take nothing new, and hand over what it leads',
    options: EACH_TIME,
    examples: ['cordon web-1-4711-9f2c01ab --why "that node is drained"'],
  },
  uncordon: {
    operand: 'replica',
    summary: 'lets it take its share again',
    options: EACH_TIME,
    examples: ['uncordon web-1-4711-9f2c01ab --why "the node is back"'],
  },
  disable: {
    operand: 'key',
    summary: 'lets nobody lead a key for a time',
    options: [...ACT, 'for'],
    examples: ['disable portfolio:leader --for 1h --why "migration"'],
  },
  enable: {
    operand: 'key',
    summary: 'ends that early',
    options: ACT,
    examples: ['enable portfolio:leader --why "migrated"'],
  },
  'expire-lease': {
    operand: 'key',
    summary: 'frees a lease whose holder is not there, before it expires by itself',
    options: ACT,
    examples: ['expire-lease portfolio:leader --why "its node is gone"'],
  },
} as const satisfies Record<string, CommandForm>;

export type CommandName = keyof typeof COMMANDS;

/** Commands that change something, and have to say why. */
export type ActName = {
  [Name in CommandName]: (typeof COMMANDS)[Name] extends { readonly operand: string } ? Name : never;
}[CommandName];

export function formOf(name: CommandName): CommandForm {
  return COMMANDS[name];
}

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export function isAct(name: CommandName): name is ActName {
  return formOf(name).operand !== undefined;
}
