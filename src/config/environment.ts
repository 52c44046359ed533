import { z } from 'zod';
import { InvalidEnvironmentError } from './invalid-environment.error.js';

/** The longest delay a Node.js timer takes; a longer one would fire at once. */
const LONGEST_TIMER = 2_147_483_647;

/** The whole text is checked, so that "30s" is refused rather than read as 30. */
const integer = (expected: string, min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, { error: expected })
    .transform(Number);

/** By the rules for names of buckets, with or without what all keys begin with. */
const BUCKET = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()/=-]*)?$/;

const milliseconds = (min: number) =>
  integer(`whole milliseconds from ${min} to ${LONGEST_TIMER}`, min, LONGEST_TIMER);

const url = (expected: string, schemes: RegExp) =>
  z.string().refine((text) => schemes.test(text) && URL.canParse(text), { error: expected });

/** For what travels in headers, keys and logs. */
const visible = z.string().regex(/^[\x21-\x7e]{1,200}$/, {
  error: '1 to 200 visible ASCII characters without spaces',
});

const location = z.string().refine((text) => BUCKET.test(text) || !text.includes('://'), {
  error: 'a folder, or a bucket as s3://name or s3://name/prefix',
});

const schema = z.object({
  /** Port to listen on; 0 takes any free one. */
  PORT: integer('a port from 0 to 65535', 0, 65_535).default(3000),

  /** Redis that holds the leases and the jobs. Unset: a single process, leadership in memory, jobs in `JOBS_FILE`. */
  REDIS_URL: url('a URL that begins with redis:// or rediss://', /^rediss?:\/\//).optional(),

  /** PostgreSQL that holds the data. Unset: an embedded PGlite in `DATA_DIR`. */
  DATABASE_URL: url('a URL that begins with postgres:// or postgresql://', /^postgres(ql)?:\/\//).optional(),

  /** Folder of the embedded database, of one process at a time; `memory://` keeps nothing. */
  DATA_DIR: z.string().default('.data/pglite'),

  /** Where jobs are kept without Redis, of one process at a time; `memory://` keeps nothing. */
  JOBS_FILE: z.string().default('.data/jobs'),

  /** Where the history of options is stored: a folder, or `s3://bucket/prefix`. */
  OPTIONS_STORAGE: location.default('.data/options'),

  /** `parquet` for what reads columns, `jsonl` for what reads text: a contract a line. */
  OPTIONS_FORMAT: z.enum(['parquet', 'jsonl'], { error: 'parquet or jsonl' }).default('parquet'),

  /** How long the generated source of options takes for a day, in milliseconds, as a vendor's would. */
  OPTIONS_DELAY: milliseconds(0).default(50),

  /** What speaks S3 in place of Amazon's, such as MinIO. The AWS SDK itself finds the keys: in the environment, or where else it looks. */
  AWS_ENDPOINT_URL_S3: url('a URL that begins with http:// or https://', /^https?:\/\//).optional(),
  AWS_REGION: visible.default('us-east-1'),
  AWS_ACCESS_KEY_ID: visible.optional(),
  AWS_SECRET_ACCESS_KEY: visible.optional(),

  /** What callers send as `x-api-key`. Unset: a random key, printed at start. */
  API_KEY: visible.optional(),

  /** `nyse`: 9:30-16:00 in New York on the exchange's trading days, some of which end at 13:00. `always`: a market that never closes. */
  MARKET_HOURS: z.enum(['always', 'nyse'], { error: 'always or nyse' }).default('always'),

  /** How often accounts are valued, in milliseconds. */
  INTRADAY_INTERVAL: milliseconds(10).default(30_000),

  /** How often every replica refreshes its quotes, in milliseconds. */
  FEED_TICK_INTERVAL: milliseconds(10).default(1_000),

  /**
   * Redis that the ticker publishes to. Unset: the one of `REDIS_URL`. One of its own keeps an outage there away from the leases, and so
   * from the leadership of the ticker.
   */
  TICKER_REDIS_URL: url('a URL that begins with redis:// or rediss://', /^rediss?:\/\//).optional(),

  /** How often the ticker publishes every contract, in milliseconds. */
  TICKER_INTERVAL: milliseconds(10).default(1_000),

  /** Option contracts that a boot subscribes to for the demo; those of past boots stay. */
  TICKER_CONTRACTS: integer('a whole number from 0 to 100000', 0, 100_000).default(200),

  /** Seed of the mock market's volatilities and volumes: the same seed is the same market. */
  TICKER_SEED: integer('a whole number from 0 to 4294967295', 0, 4_294_967_295).default(42),

  /** The most option snapshots kept in memory; the least recently used one goes first. */
  TICKER_CACHE_SIZE: integer('a whole number from 1 to 1000000', 1, 1_000_000).default(5_000),

  /** The least time between the starts of two reloads of the subscriptions, in milliseconds. */
  TICKER_RELOAD_INTERVAL: milliseconds(0).default(1_000),

  /** How many callers may wait for a reload at once; further ones are refused. */
  TICKER_RELOAD_WAITERS: integer('a whole number from 1 to 100000', 1, 100_000).default(100),

  /** How often the subscriptions are reloaded without anybody asking, in milliseconds. */
  TICKER_RECONCILE_INTERVAL: milliseconds(100).default(60_000),

  /** Trading days of history that every account is given once. */
  TICKER_HISTORY_DAYS: integer('a whole number from 1 to 2000', 1, 2_000).default(30),

  /** Trading days of history that are stored in one transaction. */
  TICKER_HISTORY_BATCH: integer('a whole number from 1 to 250', 1, 250).default(5),

  /** How long nothing is sent after publishing has failed five times in a row, in milliseconds. */
  TICKER_PUBLISH_RETRY: milliseconds(10).default(5_000),

  /** Name of this replica in leases and health. Unset: host name and process id. */
  INSTANCE_ID: visible.optional(),

  /** Time to live of a lease, in milliseconds: how long a dead leader blocks its successor at most. */
  LEASE_TTL: milliseconds(300).optional(),

  /** How long a shutdown waits for running work, in milliseconds. */
  DRAIN_TIMEOUT: milliseconds(0).default(5_000),

  /**
   * How long, after the workers, a shutdown leaves idle HTTP connections to the proxy in front to close, in milliseconds: longer than the
   * proxy keeps them. 0: nothing is in front, and they are closed at once.
   */
  HTTP_DRAIN: milliseconds(0).default(0),

  /** How long an idle HTTP connection is kept open, in milliseconds: longer than the proxy in front keeps it. */
  KEEP_ALIVE_TIMEOUT: milliseconds(0).default(65_000),

  /** `true`: one log line for every iteration of a worker, to find gaps and duplicates with. */
  LOG_ITERATIONS: z
    .enum(['true', 'false'], { error: 'true or false' })
    .default('false')
    .transform((text) => text === 'true'),
});

export type Environment = z.infer<typeof schema>;

/**
 * Checks environment variables all at once. An empty variable counts as unset, as compose files write it.
 * @throws InvalidEnvironmentError that lists every wrong variable.
 */
export function validateEnvironment(variables: Record<string, unknown>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new InvalidEnvironmentError(
    result.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      return { variable, expected: message, received: given[variable] };
    }),
  );
}
