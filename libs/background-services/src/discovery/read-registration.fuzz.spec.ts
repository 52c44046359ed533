import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidWorkerError } from '../errors/index.js';
import { hostile, hostileRecord } from '../../../../test/support/guests/hostile.js';
import { describeSchedule } from '../workers/index.js';
import { readRegistration, type WorkerConfig } from './read-registration.js';
import { validateDefinition } from './validate-definition.js';

/** Registers it, as far as nothing runs yet: a sound definition, or the error that says why not. */
function register(config: unknown): void {
  try {
    const definition = readRegistration(config as WorkerConfig);
    validateDefinition(definition);
    expect(describeSchedule(definition.schedule).length).toBeLessThan(1_000);
  } catch (error) {
    if (!(error instanceof InvalidWorkerError)) throw error;
    expect(error.message.length).toBeLessThan(5_000);
  }
}

const valid = { name: 'prices', key: 'prices:leader', run: () => undefined, schedule: { every: 1_000 } };

describe('a registration, whatever it is made of,', () => {
  it('is sound or an InvalidWorkerError', () => {
    const config = fc.oneof(hostile, hostileRecord([...Object.keys(valid), 'timeLimit', 'circuitBreaker']));
    fc.assert(
      fc.property(config, (make) => register(make())),
      { numRuns: 400 },
    );
  });

  it.each(['name', 'key', 'run', 'schedule', 'timeLimit', 'misfire', 'immediate', 'circuitBreaker'])(
    'is sound or an InvalidWorkerError: %s',
    (field) => {
      fc.assert(
        fc.property(hostile, (make) => register({ ...valid, [field]: make() })),
        { numRuns: 100 },
      );
    },
  );

  it('is sound or an InvalidWorkerError: a schedule', () => {
    const fields = [
      'every',
      'cron',
      'timeZone',
      'utcOffset',
      'initialDelay',
      'after',
      'continuous',
      'minBackoff',
    ];
    const schedule = fc.oneof(
      hostileRecord(fields),
      fc
        .record({ cron: fc.stringMatching(/^[\d*/,\-LW#?@a-z ]{1,20}$/), timeZone: fc.string() })
        .map((given) => () => given),
      hostile.map((make) => () => ({ cron: make() })),
      hostile.map((make) => () => ({ cron: '0 4 * * *', utcOffset: make() })),
      hostile.map((make) => () => ({ continuous: make() })),
    );
    fc.assert(
      fc.property(schedule, (make) => register({ ...valid, schedule: make() })),
      { numRuns: 400 },
    );
  });

  it.each([
    [{ ...valid, schedule: { continuous: false } }, /continuous must be true, received false/],
    [{ ...valid, schedule: { every: 1e-300 } }, /at least 1 ms, received 1e-300/],
    [{ ...valid, schedule: { every: 1e300 } }, /received 1e\+300/],
    [{ ...valid, name: 'a\ud800' }, /unpaired surrogates/],
    [{ ...valid, name: 'a\nb' }, /control characters/],
    [{ ...valid, name: Symbol('a') }, /received Symbol\(a\)/],
    [undefined, /must be a non-empty string/],
  ])('refuses %p', (config, message) => {
    const attempt = () => validateDefinition(readRegistration(config as unknown as WorkerConfig));
    expect(attempt).toThrow(InvalidWorkerError);
    expect(attempt).toThrow(message);
  });
});
