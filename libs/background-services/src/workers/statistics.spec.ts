import { describe, expect, it } from '@jest/globals';
import { WINDOW } from './durations.js';
import { ERROR_MESSAGE_LENGTH, KEPT_ERRORS, Statistics } from './statistics.js';

const AT = Date.UTC(2026, 0, 1);

describe('Statistics', () => {
  it('is all zero and undefined at first', () => {
    expect(new Statistics().view()).toEqual({
      iterations: 0,
      succeeded: 0,
      errors: 0,
      aborted: 0,
      skipped: 0,
      missed: 0,
      errorRate: 0,
      recentErrorRate: 0,
      lastStartAt: undefined,
      lastSuccessAt: undefined,
      lastErrorAt: undefined,
      recentErrors: [],
      durations: { count: 0, last: 0, mean: 0, max: 0, p50: 0, p95: 0 },
    });
  });

  it('counts iterations, errors, aborted, skipped and missed apart', () => {
    const statistics = new Statistics();
    for (let i = 0; i < 4; i++) statistics.started(AT + i);
    statistics.succeeded(AT + 10, 5);
    statistics.failed(AT + 11, 7, new Error('sick'));
    statistics.aborted();
    statistics.skipped(3);
    statistics.skipped(2);
    statistics.missed(4);
    expect(statistics.view()).toMatchObject({
      iterations: 4,
      errors: 1,
      aborted: 1,
      skipped: 5,
      missed: 4,
      lastStartAt: new Date(AT + 3),
      lastSuccessAt: new Date(AT + 10),
      lastErrorAt: new Date(AT + 11),
    });
  });

  it('leaves aborted iterations out of the error rate', () => {
    const statistics = new Statistics();
    statistics.succeeded(AT, 1);
    statistics.failed(AT, 1, new Error('sick'));
    for (let i = 0; i < 8; i++) statistics.aborted();
    expect(statistics.view()).toMatchObject({ errorRate: 0.5, recentErrorRate: 0.5 });
  });

  it('forgets old iterations in the recent error rate, and not in the other', () => {
    const statistics = new Statistics();
    for (let i = 0; i < WINDOW; i++) statistics.failed(AT, 1, new Error('old'));
    for (let i = 0; i < WINDOW - 1; i++) statistics.succeeded(AT, 1);
    expect(statistics.view().recentErrorRate).toBe(1 / WINDOW);
    statistics.succeeded(AT, 1);
    expect(statistics.view()).toMatchObject({ recentErrorRate: 0, errorRate: 0.5 });
  });

  it('keeps the last errors with time, type and message, oldest first', () => {
    const statistics = new Statistics();
    for (let i = 0; i < KEPT_ERRORS + 5; i++) statistics.failed(AT + i, 1, new TypeError(`no. ${i}`));
    const { recentErrors, errors } = statistics.view();
    expect(errors).toBe(KEPT_ERRORS + 5);
    expect(recentErrors).toHaveLength(KEPT_ERRORS);
    expect(recentErrors[0]).toEqual({ at: new Date(AT + 5), type: 'TypeError', message: 'no. 5' });
    expect(recentErrors.at(-1)?.message).toBe(`no. ${KEPT_ERRORS + 4}`);
  });

  it('does not change what it has handed out', () => {
    const statistics = new Statistics();
    statistics.failed(AT, 1, new Error('first'));
    const { recentErrors } = statistics.view();
    statistics.failed(AT, 1, new Error('second'));
    expect(recentErrors).toHaveLength(1);
  });

  it('cuts a message to the stated length', () => {
    const statistics = new Statistics();
    statistics.failed(AT, 1, new Error('x'.repeat(ERROR_MESSAGE_LENGTH)));
    statistics.failed(AT, 1, new Error('y'.repeat(ERROR_MESSAGE_LENGTH + 1)));
    const [whole, cut] = statistics.view().recentErrors;
    expect(whole?.message).toBe('x'.repeat(ERROR_MESSAGE_LENGTH));
    expect(cut?.message).toBe(`${'y'.repeat(ERROR_MESSAGE_LENGTH - 1)}…`);
  });

  it('keeps the causes of an error, which say what to do about it', () => {
    const statistics = new Statistics();
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
    statistics.failed(AT, 1, new Error('Failed query: select 1', { cause }));
    statistics.failed(AT, 1, new Error('z'.repeat(2 * ERROR_MESSAGE_LENGTH), { cause }));
    const [short, long] = statistics.view().recentErrors.map(({ message }) => message);
    expect(short).toBe('Failed query: select 1 (cause: connect ECONNREFUSED 127.0.0.1:5432)');
    expect(long).toMatch(/^z+… \(cause: connect ECONNREFUSED 127\.0\.0\.1:5432\)$/);
    expect(long).toHaveLength(ERROR_MESSAGE_LENGTH);
  });

  it('sums up durations', () => {
    const statistics = new Statistics();
    for (const duration of [40, 10, 30, 20]) statistics.succeeded(AT, duration);
    expect(statistics.view().durations).toEqual({ count: 4, last: 20, mean: 25, max: 40, p50: 20, p95: 40 });
  });

  it('takes percentiles from the last 100 iterations, failed ones too', () => {
    const statistics = new Statistics();
    for (let i = 0; i < 500; i++) statistics.succeeded(AT, 10_000);
    for (let i = 1; i <= WINDOW; i++) statistics.failed(AT, i, new Error('slow'));
    expect(statistics.view().durations).toMatchObject({
      count: 600,
      last: 100,
      max: 10_000,
      p50: 50,
      p95: 95,
    });
  });

  it.each([
    [1, 7, 7],
    [10, 5, 10],
    [20, 10, 19],
    [21, 11, 20],
  ])('takes the nearest rank as percentile, of %i durations', (count, p50, p95) => {
    const statistics = new Statistics();
    for (let i = 1; i <= count; i++) statistics.succeeded(AT, count === 1 ? 7 : i);
    expect(statistics.view().durations).toMatchObject({ p50, p95 });
  });

  it('sorts durations as numbers', () => {
    const statistics = new Statistics();
    for (const duration of [9, 100, 1_000, 10]) statistics.succeeded(AT, duration);
    expect(statistics.view().durations).toMatchObject({ p50: 10, p95: 1_000 });
  });
});
