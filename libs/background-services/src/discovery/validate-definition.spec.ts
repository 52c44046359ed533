import { describe, expect, it } from '@jest/globals';
import { InvalidWorkerError } from '../errors/index.js';
import type { WorkerDefinition } from '../workers/index.js';
import { validateDefinition } from './validate-definition.js';
import { readSchedule } from './validate-schedule.js';

function validate(overrides: Partial<Record<keyof WorkerDefinition, unknown>>): void {
  validateDefinition({
    name: 'prices',
    key: 'prices:leader',
    place: 'Prices.update',
    schedule: { kind: 'interval', every: 1_000 },
    options: {},
    run: () => undefined,
    ...overrides,
  } as WorkerDefinition);
}

describe('validateDefinition', () => {
  it('accepts a worker with every option', () => {
    const circuitBreaker = {
      failureThreshold: 1,
      openDuration: 0.5,
      halfOpenMaxIterations: 1,
      onOpen: () => undefined,
      onClose: () => undefined,
    };
    const options = {
      timeLimit: 1,
      immediate: true,
      misfire: 'fire-all',
      startDeadline: 1,
      onInterrupted: 'rerun',
      stallAfter: 1,
      circuitBreaker,
    };
    expect(() => validate({ options })).not.toThrow();
    expect(() => validate({ options: { circuitBreaker: false } })).not.toThrow();
    const unset = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]));
    expect(() => validate({ options: unset })).not.toThrow();
  });

  it.each<[Partial<Record<keyof WorkerDefinition, unknown>>, RegExp]>([
    [{ name: '' }, /name must be a non-empty string of at most 200 characters, received ""/],
    [{ name: ' ' }, /received " "/],
    [{ name: undefined }, /received undefined/],
    [{ name: 5 }, /received 5/],
    [{ name: 'x'.repeat(201) }, /received "x+\.\.\."/],
    [{ run: 'update' }, /"run" must be a function, received "update"/],
    [
      { key: null },
      /Lease key: expected a non-empty string, received null\. Give @LeaderElected another key/,
    ],
    [{ schedule: { kind: 'interval', every: 0 } }, /the interval must be a positive number/],
    [{ schedule: { kind: 'timeout', delay: -1 } }, /the delay must be a number of ms, not negative/],
    [
      { schedule: { kind: 'continuous', minBackoff: 2, maxBackoff: 1 } },
      /0 < minBackoff <= maxBackoff must hold, received 2 and 1/,
    ],
    [{ schedule: { kind: 'continuous', minBackoff: 0, maxBackoff: 1 } }, /received 0 and 1/],
    [{ schedule: { kind: 'continuous', minBackoff: 1, maxBackoff: Infinity } }, /received 1 and Infinity/],
    [
      { schedule: { kind: 'cron', pattern: '61 * * * *' } },
      /the cron time "61 \* \* \* \*" is not understood/,
    ],
    [{ schedule: { kind: 'cron', pattern: '* * * * *', disabled: 'no' } }, /disabled must be a boolean/],
    [{ options: null }, /options must be an object, received null/],
    [{ options: 'fast' }, /options must be an object, received "fast"/],
    [{ options: { timelimit: 5 } }, /options has no "timelimit"\. It has timeLimit, /],
    [{ options: { timeLimit: 0 } }, /timeLimit must be a positive number of ms, received 0/],
    [{ options: { startDeadline: NaN } }, /startDeadline must be a positive number of ms, received NaN/],
    [{ options: { stallAfter: '5s' } }, /stallAfter must be a positive number of ms, received "5s"/],
    [{ options: { immediate: 'yes' } }, /immediate must be one of true, false, received "yes"/],
    [
      { options: { misfire: 'once' } },
      /misfire must be one of "fire-once", "skip", "fire-all", received "once"/,
    ],
    [{ options: { onInterrupted: true } }, /onInterrupted must be one of "skip", "rerun", received true/],
    [{ options: { circuitBreaker: true } }, /circuitBreaker must be an object, received true/],
    [{ options: { circuitBreaker: { threshold: 5 } } }, /circuitBreaker has no "threshold"/],
    [
      { options: { circuitBreaker: { failureThreshold: 1.5 } } },
      /circuitBreaker\.failureThreshold must be a whole number of at least 1, received 1\.5/,
    ],
    [{ options: { circuitBreaker: { openDuration: 0 } } }, /openDuration must be a positive number of ms/],
    [{ options: { circuitBreaker: { halfOpenMaxIterations: 0 } } }, /halfOpenMaxIterations must be a whole/],
    [{ options: { circuitBreaker: { onOpen: 'log' } } }, /onOpen must be a function, received "log"/],
  ])('refuses %j, and names the place', (overrides, problem) => {
    expect(() => validate(overrides)).toThrow(InvalidWorkerError);
    expect(() => validate(overrides)).toThrow(/^Prices\.update: .+\. \w/);
    expect(() => validate(overrides)).toThrow(problem);
  });

  it('names everything that is wrong at once, and each cure once', () => {
    const options = { timeLimit: 0, misfires: 'skip', circuitBreaker: { openDuration: -1 } };
    const overrides = { name: '', schedule: { kind: 'interval', every: '1s' }, options };
    expect(() => validate(overrides)).toThrow(
      'Prices.update: the worker\'s name must be a non-empty string of at most 200 characters, received ""; ' +
        'the interval must be a positive number of ms, received "1s"; ' +
        'options has no "misfires"; ' +
        'timeLimit must be a positive number of ms, received 0; ' +
        'circuitBreaker.openDuration must be a positive number of ms, received -1. ' +
        'Name it in the decorator, e.g. @Interval("prices", 1000). Use e.g. 30_000 for 30 s. ' +
        'It has timeLimit, startDeadline, stallAfter, shards, placement, immediate, misfire, onInterrupted, circuitBreaker (did you mean misfire?). ' +
        'Correct it, or leave it out',
    );
  });

  it('keeps the cause of what others refused', () => {
    let caught: unknown;
    try {
      validate({ key: '' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      code: 'BGS_INVALID_WORKER',
      cause: { code: 'BGS_INVALID_KEY' },
    });
  });
});

describe('readSchedule', () => {
  it.each([
    [undefined, { kind: 'continuous', minBackoff: 1_000, maxBackoff: 30_000 }],
    [{ every: 5 }, { kind: 'interval', every: 5 }],
    [{ after: 5 }, { kind: 'timeout', delay: 5 }],
    [
      { continuous: true, minBackoff: 5 },
      { kind: 'continuous', minBackoff: 5, maxBackoff: 30_000 },
    ],
    [
      { cron: '0 4 * * *', timeZone: 'UTC', initialDelay: 1, disabled: true },
      { kind: 'cron', pattern: '0 4 * * *', timeZone: 'UTC', initialDelay: 1, disabled: true },
    ],
  ])('reads %j', (config, spec) => {
    expect(readSchedule('Prices', config)).toEqual(spec);
  });

  it.each<[unknown, RegExp]>([
    ['0 4 * * *', /exactly one of every, cron, after, continuous, received "0 4 \* \* \* *"/],
    [null, /received null/],
    [1_000, /received 1000/],
    [{}, /received an object/],
    [{ interval: 1_000 }, /received an object/],
    [{ every: 1, after: 1 }, /received more/],
    [{ cron: '0 4 * * *', timezone: 'UTC' }, /the schedule has no "timezone"\. It has cron, timeZone/],
    [{ every: 1, immediate: true }, /the schedule has no "immediate"/],
  ])('refuses %j, which would run as something else or not at all', (config, problem) => {
    expect(() => readSchedule('Prices', config)).toThrow(InvalidWorkerError);
    expect(() => readSchedule('Prices', config)).toThrow(/^Prices: the schedule /);
    expect(() => readSchedule('Prices', config)).toThrow(problem);
  });
});
