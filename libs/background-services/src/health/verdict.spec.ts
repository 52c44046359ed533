import { describe, expect, it } from '@jest/globals';
import type { WorkerStatus } from '../manager/index.js';
import { judge, percent } from './verdict.js';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const MAX_ERROR_RATE = 0.05;

interface Overrides extends Omit<Partial<WorkerStatus>, 'circuitBreaker' | 'metrics'> {
  readonly breaker?: string;
  readonly recentErrorRate?: number;
}

/** The verdict over a healthy leader's worker, apart from what is overridden. */
function verdict({ breaker = 'closed', recentErrorRate = 0, ...overrides }: Overrides = {}) {
  const worker = {
    name: 'prices',
    key: 'prices:leader',
    role: 'leader',
    mode: 'started',
    disabled: false,
    period: 1_000,
    runningFor: undefined,
    nextRunAt: new Date(NOW + 500),
    stallAfter: undefined,
    ...overrides,
    circuitBreaker: { state: breaker },
    metrics: { recentErrorRate },
  } as unknown as WorkerStatus;
  return judge(worker, MAX_ERROR_RATE, NOW);
}

const degraded = (...reasons: string[]) => ({ status: 'degraded', reasons });
const healthy = { status: 'healthy', reasons: [] };

describe('judge', () => {
  it("finds a leader's quiet worker healthy", () => {
    expect(verdict()).toEqual(healthy);
  });

  describe('circuit breaker', () => {
    it.each(['open', 'forced-open'])('degrades while %s', (breaker) => {
      expect(verdict({ breaker })).toEqual(degraded(`circuit breaker ${breaker}`));
    });

    it.each(['closed', 'half-open', 'disabled'])('does not degrade while %s', (breaker) => {
      expect(verdict({ breaker })).toEqual(healthy);
    });
  });

  describe('error rate', () => {
    it('degrades above the limit, and not at it', () => {
      expect(verdict({ recentErrorRate: 0.05 })).toEqual(healthy);
      expect(verdict({ recentErrorRate: 0.0501 })).toEqual(degraded('error rate 5.01% over 5.00%'));
      expect(verdict({ recentErrorRate: 1 })).toEqual(degraded('error rate 100.00% over 5.00%'));
    });
  });

  describe('mode', () => {
    it('degrades what this replica leads and does not run', () => {
      expect(verdict({ mode: 'stopped' })).toEqual(degraded('not running'));
      expect(verdict({ mode: 'paused' })).toEqual(degraded('paused'));
    });

    it('lets what is declared disabled rest', () => {
      expect(verdict({ mode: 'stopped', disabled: true, breaker: 'open' })).toEqual({
        status: 'disabled',
        reasons: [],
      });
    });
  });

  describe('a running iteration', () => {
    it('may take a minute, or three periods', () => {
      expect(verdict({ runningFor: 60_000 })).toEqual(healthy);
      expect(verdict({ runningFor: 60_001 })).toEqual(degraded('stalled: running for 60 s'));
      expect(verdict({ period: 30_000, runningFor: 90_000 })).toEqual(healthy);
      expect(verdict({ period: 30_000, runningFor: 91_000 })).toEqual(degraded('stalled: running for 91 s'));
    });

    it('may take as long as its options say', () => {
      expect(verdict({ stallAfter: 5_000, runningFor: 5_000 })).toEqual(healthy);
      expect(verdict({ stallAfter: 5_000, runningFor: 6_000 })).toEqual(degraded('stalled: running for 6 s'));
      expect(verdict({ stallAfter: 3_600_000, runningFor: 600_000 })).toEqual(healthy);
    });

    it('may take for ever where it has no period, as a continuous one has not', () => {
      const continuous = { period: undefined, nextRunAt: undefined };
      expect(verdict({ ...continuous, runningFor: 86_400_000 })).toEqual(healthy);
      expect(verdict({ ...continuous, runningFor: 6_000, stallAfter: 5_000 }).status).toBe('degraded');
    });

    it('is not overdue as well', () => {
      expect(verdict({ runningFor: 30_000, nextRunAt: new Date(NOW - 29_000) })).toEqual(healthy);
    });
  });

  describe('a run that is overdue', () => {
    it('may be late by 5 s, or a period', () => {
      expect(verdict({ nextRunAt: new Date(NOW - 5_000) })).toEqual(healthy);
      expect(verdict({ nextRunAt: new Date(NOW - 6_000) })).toEqual(degraded('stalled: overdue for 6 s'));
      expect(verdict({ period: 60_000, nextRunAt: new Date(NOW - 60_000) })).toEqual(healthy);
      expect(verdict({ period: undefined, nextRunAt: new Date(NOW - 7_000) })).toEqual(
        degraded('stalled: overdue for 7 s'),
      );
    });

    it('is none where nothing is due', () => {
      expect(verdict({ nextRunAt: undefined })).toEqual(healthy);
    });
  });

  it.each(['standby', 'idle', 'stepping-down'] as const)(
    'never degrades a replica that is %s: it is not the one to run it',
    (role) => {
      const sick = { breaker: 'open', recentErrorRate: 1, mode: 'stopped', runningFor: 3_600_000 } as const;
      expect(verdict({ ...sick, role })).toEqual({ status: 'standby', reasons: [] });
    },
  );

  it('says everything that is wrong', () => {
    expect(
      verdict({ breaker: 'open', recentErrorRate: 0.5, mode: 'paused', runningFor: 120_000 }).reasons,
    ).toEqual([
      'circuit breaker open',
      'error rate 50.00% over 5.00%',
      'paused',
      'stalled: running for 120 s',
    ]);
  });
});

describe('percent', () => {
  it.each([
    [0, '0.00%'],
    [0.0025, '0.25%'],
    [1 / 3, '33.33%'],
    [1, '100.00%'],
  ])('writes %p as %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});
