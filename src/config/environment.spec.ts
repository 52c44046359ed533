import { describe, expect, it } from '@jest/globals';
import { validateEnvironment } from './environment.js';
import { InvalidEnvironmentError } from './invalid-environment.error.js';

function errorOf(variables: Record<string, string>): InvalidEnvironmentError {
  try {
    validateEnvironment(variables);
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error;
  }
  throw new Error('expected an InvalidEnvironmentError');
}

describe('validateEnvironment', () => {
  it('needs nothing: the defaults are a demo on one machine', () => {
    expect(validateEnvironment({})).toEqual({
      PORT: 3000,
      DATA_DIR: '.data/pglite',
      JOBS_FILE: '.data/jobs',
      OPTIONS_STORAGE: '.data/options',
      OPTIONS_FORMAT: 'parquet',
      OPTIONS_DELAY: 50,
      AWS_REGION: 'us-east-1',
      MARKET_HOURS: 'always',
      INTRADAY_INTERVAL: 30_000,
      FEED_TICK_INTERVAL: 1_000,
      DRAIN_TIMEOUT: 5_000,
      HTTP_DRAIN: 0,
      KEEP_ALIVE_TIMEOUT: 65_000,
      LOG_ITERATIONS: false,
      TICKER_INTERVAL: 1_000,
      TICKER_CONTRACTS: 200,
      TICKER_SEED: 42,
      TICKER_CACHE_SIZE: 5_000,
      TICKER_RELOAD_INTERVAL: 1_000,
      TICKER_RELOAD_WAITERS: 100,
      TICKER_RECONCILE_INTERVAL: 60_000,
      TICKER_HISTORY_DAYS: 30,
      TICKER_HISTORY_BATCH: 5,
      TICKER_PUBLISH_RETRY: 5_000,
    });
  });

  it('turns text into numbers and takes PORT=0 and DRAIN_TIMEOUT=0', () => {
    expect(validateEnvironment({ PORT: '0', LEASE_TTL: '2000', DRAIN_TIMEOUT: '0' })).toMatchObject({
      PORT: 0,
      LEASE_TTL: 2000,
      DRAIN_TIMEOUT: 0,
    });
  });

  it('takes LOG_ITERATIONS=true, and no other word for it', () => {
    expect(validateEnvironment({ LOG_ITERATIONS: 'true' }).LOG_ITERATIONS).toBe(true);
    expect(errorOf({ LOG_ITERATIONS: 'yes' }).message).toContain('expected true or false, received "yes"');
  });

  it('reads an empty variable as unset', () => {
    const env = validateEnvironment({ REDIS_URL: '', PORT: '', MARKET_HOURS: '' });
    expect(env).toMatchObject({ PORT: 3000, MARKET_HOURS: 'always' });
    expect(env.REDIS_URL).toBeUndefined();
  });

  it('leaves variables of others out', () => {
    expect(validateEnvironment({ HOME: '/somewhere' })).not.toHaveProperty('HOME');
  });

  it('lists every wrong variable with what was expected and received', () => {
    const { message, code, wrong } = errorOf({
      PORT: '70000',
      INTRADAY_INTERVAL: '30s',
      MARKET_HOURS: 'weekdays',
    });
    expect(code).toBe('INVALID_ENVIRONMENT');
    expect(wrong.map(({ variable }) => variable)).toEqual(['PORT', 'MARKET_HOURS', 'INTRADAY_INTERVAL']);
    expect(message).toContain('PORT: expected a port from 0 to 65535, received "70000"');
    expect(message).toContain(
      'INTRADAY_INTERVAL: expected whole milliseconds from 10 to 2147483647, received "30s"',
    );
    expect(message).toContain('MARKET_HOURS: expected always or nyse, received "weekdays"');
  });

  it.each(['-1', '1.5', '0x10', '1e3', ' 1'])('refuses %j as a port', (PORT) => {
    expect(errorOf({ PORT }).wrong).toHaveLength(1);
  });

  it.each(['/srv/options', 'relative folder', 's3://options', 's3://options/vendor/daily'])(
    'takes %j as a place for options',
    (OPTIONS_STORAGE) => {
      expect(validateEnvironment({ OPTIONS_STORAGE })).toMatchObject({ OPTIONS_STORAGE });
    },
  );

  it.each(['s3://', 's3://Options', 's3:///prefix', 'http://options', 's3://options/a b'])(
    'refuses %j as a place for options',
    (OPTIONS_STORAGE) => {
      expect(errorOf({ OPTIONS_STORAGE }).message).toContain(
        `OPTIONS_STORAGE: expected a folder, or a bucket as s3://name or s3://name/prefix, received "${OPTIONS_STORAGE}"`,
      );
    },
  );

  it('never repeats what may be a secret', () => {
    const { message } = errorOf({
      REDIS_URL: 'http://user:hunter2@cache:6379',
      TICKER_REDIS_URL: 'user:hunter2@ticker',
      DATABASE_URL: 'user:hunter2@db',
      API_KEY: 'hunter2 ',
      AWS_SECRET_ACCESS_KEY: 'hunter2 ',
      AWS_ENDPOINT_URL_S3: 's3://hunter2',
    });
    expect(message).toContain('received "http://…"');
    expect(message).toContain('DATABASE_URL: expected a URL that begins with postgres:// or postgresql://');
    expect(message).not.toContain('hunter2');
  });
});
