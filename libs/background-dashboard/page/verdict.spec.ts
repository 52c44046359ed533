import { describe, expect, it } from '@jest/globals';
import type { Live } from './live-fleet.js';
import { judge } from './verdict.js';
import type { View, Warning } from './wire.js';

const view = (more: Partial<View> = {}) =>
  ({
    asOf: '2026-01-01T00:00:00.000Z',
    current: true,
    extent: 'fleet',
    workers: [{}],
    replicas: [{}, {}],
    warnings: [],
    ...more,
  }) as unknown as View;
const live = (more?: Partial<View>): Live => ({ kind: 'live', view: view(more), offset: 0 });
const warning = (kind: Warning['kind'], worker?: string): Warning => ({
  kind,
  key: 'k',
  ...(worker ? { worker } : {}),
  message: 'why',
});

describe('The verdict', () => {
  it('is good where nothing needs a look', () => {
    expect(judge(live())).toEqual({
      tone: 'good',
      title: 'All is well',
      reasons: ['1 worker on 2 replicas, each with a leader.'],
    });
  });

  it('is bad where work is not done, and says why', () => {
    expect(judge(live({ warnings: [warning('leaderless'), warning('paused', 'w')] }))).toEqual({
      tone: 'bad',
      title: '2 problems',
      reasons: ['k: why', 'w: why'],
    });
  });

  it('names the replicas whose lease store is meant, the first of many', () => {
    const about = (kind: Warning['kind'], ...replicas: string[]): Warning => ({
      kind,
      replicas,
      message: 'why',
    });
    expect(judge(live({ warnings: [about('store-fault', 'a', 'b', 'c')] }))).toEqual({
      tone: 'bad',
      title: '1 problem',
      reasons: ['a and 2 other replicas: why'],
    });
    expect(judge(live({ warnings: [about('store-warning', 'a')] }))).toMatchObject({
      tone: 'attention',
      reasons: ['a: why'],
    });
  });

  it.each(['leaderless', 'stale-lease', 'other-workers', 'unreadable', 'circuit-open'] as const)(
    'is bad for a warning of the kind %s, which --check ends with 1 for, too',
    (kind) => expect(judge(live({ warnings: [warning(kind)] })).tone).toBe('bad'),
  );

  it('asks for attention where somebody wanted it so', () => {
    expect(judge(live({ warnings: [warning('paused', 'w')] }))).toMatchObject({
      tone: 'attention',
      title: '1 thing to know',
    });
  });

  it('is never good while nobody knows', () => {
    expect(judge({ kind: 'connecting' })).toMatchObject({ tone: 'unknown', title: 'Connecting' });
    expect(judge({ kind: 'cut', since: 0, view: view(), offset: 0 })).toMatchObject({
      tone: 'unknown',
      title: 'Reconnecting',
    });
    const unread = judge(live({ current: false, extent: 'self', askedOf: 'app-1', problem: 'no answer' }));
    expect(unread.reasons[0]).toMatch(/^It has not answered app-1 since .*: the fleet is unknown\.$/);
    const stale = judge(live({ current: false, problem: 'no answer' }));
    expect(stale).toMatchObject({ tone: 'unknown', title: 'The lease store does not answer' });
    expect(stale.reasons[1]).toBe('no answer');
  });
});
