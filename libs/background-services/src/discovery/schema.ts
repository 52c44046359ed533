import * as v from 'valibot';
import { MOST_SHARDS } from '../lease/index.js';
import {
  callback,
  type FieldsOf,
  flag,
  group,
  LONGEST_DURATION,
  orFalse,
  positive,
  whole,
} from '../schema/index.js';
import type {
  CircuitBreakerOptions,
  ScheduleConfig,
  ScheduleSpec,
  Shard,
  WorkerDefinition,
  WorkerOptions,
} from '../workers/index.js';

const MAX_NAME_LENGTH = 200;
const NAME = `a non-empty string of at most ${MAX_NAME_LENGTH} characters`;
const NOT_NEGATIVE = 'a number of ms, not negative';
const MINUTES = 'a whole number of minutes';

const notNegative = v.pipe(
  v.number(NOT_NEGATIVE),
  v.minValue(0, NOT_NEGATIVE),
  v.maxValue(LONGEST_DURATION, NOT_NEGATIVE),
);

const name = v.pipe(
  v.string(NAME),
  v.regex(/\S/, NAME),
  v.maxLength(MAX_NAME_LENGTH, NAME),
  // The ledger keeps entries under this name as UTF-8, and the log writes it on a line.
  v.regex(/^[^\p{Cc}\p{Cs}]*$/u, 'without control characters and unpaired surrogates'),
);

const SHARDS = `a whole number from 1 to ${MOST_SHARDS.toLocaleString('en')}`;
const shardCount = v.pipe(
  v.number(SHARDS),
  v.integer(SHARDS),
  v.minValue(1, SHARDS),
  v.maxValue(MOST_SHARDS, SHARDS),
);

const PLACEMENT = 'one of "balanced", "sticky", { with: "other:key" }';
const placement = v.union(
  [
    v.picklist(['balanced', 'sticky'], PLACEMENT),
    v.strictObject({ with: v.pipe(v.string(PLACEMENT), v.minLength(1, PLACEMENT)) }, PLACEMENT),
  ],
  PLACEMENT,
);

/** How a worker is overruled of `@LeaderElected` and `register()`. */
const options = group({
  timeLimit: v.optional(positive),
  startDeadline: v.optional(positive),
  stallAfter: v.optional(positive),
  shards: v.optional(shardCount),
  placement: v.optional(placement),
  immediate: v.optional(v.boolean('one of true, false')),
  misfire: v.optional(oneOf('fire-once', 'skip', 'fire-all')),
  onInterrupted: v.optional(oneOf('skip', 'rerun')),
  circuitBreaker: v.optional(
    orFalse(
      group({
        failureThreshold: v.optional(whole(1)),
        halfOpenMaxIterations: v.optional(whole(1)),
        openDuration: v.optional(positive),
        onOpen: v.optional(callback<NonNullable<CircuitBreakerOptions['onOpen']>>()),
        onClose: v.optional(callback<NonNullable<CircuitBreakerOptions['onClose']>>()),
      } satisfies FieldsOf<Partial<CircuitBreakerOptions>>),
    ),
  ),
} satisfies FieldsOf<WorkerOptions>);

type Spec<Kind> = ScheduleSpec & { readonly kind: Kind };

/** Fields of a schedule. Whether they go together is asked when each is right. */
const SCHEDULES = {
  interval: group({
    kind: v.literal('interval'),
    // No timer is finer, and a grid that is has more ticks than can be counted.
    every: v.pipe(positive, v.minValue(1, 'at least 1 ms')),
  } satisfies FieldsOf<Spec<'interval'>>),
  timeout: group({ kind: v.literal('timeout'), delay: notNegative } satisfies FieldsOf<Spec<'timeout'>>),
  continuous: group({
    kind: v.literal('continuous'),
    minBackoff: v.custom<number>(() => true),
    maxBackoff: v.custom<number>(() => true),
  } satisfies FieldsOf<Spec<'continuous'>>),
  cron: group({
    kind: v.literal('cron'),
    pattern: v.custom<string | Date>(() => true),
    timeZone: v.optional(v.string('an IANA name')),
    utcOffset: v.optional(v.pipe(v.number(MINUTES), v.integer(MINUTES))),
    disabled: v.optional(flag),
    initialDelay: v.optional(notNegative),
    threshold: v.optional(notNegative),
  } satisfies FieldsOf<Spec<'cron'>>),
};

/** What a worker is, from decorators and without. */
export const DEFINITION = group({
  name,
  key: v.custom<string>(() => true),
  place: v.string('a text'),
  schedule: v.lazy((schedule) => SCHEDULES[(schedule as ScheduleSpec).kind]),
  options,
  shard: v.optional(v.custom<Shard>(() => true)),
  run: callback<WorkerDefinition['run']>(),
} satisfies FieldsOf<WorkerDefinition>);

type FieldNames<Config> = Config extends Config ? keyof Config : never;
const named = <Name extends string>(...names: readonly Name[]) =>
  group(Object.fromEntries(names.map((each) => [each, v.unknown()])) as Record<Name, v.UnknownSchema>);

/** The fields of each kind of `ScheduleConfig`, by the one that says which kind it is; their values are those of the schedule. */
export const SCHEDULE_CONFIGS = {
  every: named('every'),
  cron: named('cron', 'timeZone', 'utcOffset', 'initialDelay', 'disabled'),
  after: named('after'),
  continuous: named('continuous', 'minBackoff', 'maxBackoff'),
} satisfies Partial<Record<FieldNames<ScheduleConfig>, v.GenericSchema>>;

export const CONTINUOUS_OPTIONS = named('name', 'minBackoff', 'maxBackoff');

function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return v.picklist(choices, `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`);
}
