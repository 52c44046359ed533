import { describe, expect, it } from '@jest/globals';
import { type ComponentChildren, h, isValidElement, type VNode } from 'preact';
import { Rates } from '../rates.js';
import { Palette } from '../time-line.js';
import type { View, Worker } from '../wire.js';
import { Errors } from './errors.js';
import { Moment } from './shared.js';
import { Workers } from './workers.js';

const AT = '2026-01-31T12:00:00.000Z';
const NOW = Date.parse(AT) + 5_000;

/** What is read of components without state: the texts, as they follow each other. */
function textOf(node: ComponentChildren): string {
  if (Array.isArray(node)) return node.map(textOf).join('');
  if (isValidElement(node)) return textOf(rendered(node));
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}

function rendered({ type, props }: VNode): ComponentChildren {
  return typeof type === 'function'
    ? (type as (props: object) => ComponentChildren)(props)
    : (props as { readonly children?: ComponentChildren }).children;
}

const worker = (more: Partial<Worker> = {}): Worker => ({
  ...{ name: 'flaky', key: 'k', schedule: 'every 1000 ms', period: 1_000, state: 'running', paused: null },
  ...{
    leader: 'app-1',
    iterations: 0,
    succeeded: 0,
    errors: 0,
    aborted: 0,
    skipped: 0,
    missed: 0,
    errorRate: 0,
  },
  ...{ lastStartAt: null, lastSuccessAt: null, lastErrorAt: null, nextRunAt: null },
  ...{ duration: { last: 0, mean: 0, max: 0 }, circuitBreaker: { state: 'closed', retryAt: null } },
  recentErrors: [],
  ...more,
});

const view = (more: Partial<View> = {}): View => ({
  ...{ asOf: AT, current: true, extent: 'fleet', askedOf: 'app-1' },
  ...{ replicas: [], keys: [], workers: [worker()], warnings: [] },
  ...more,
});

describe('Recent errors', () => {
  const errors = (more?: Partial<View>) => textOf(h(Errors, { view: view(more), now: NOW }));

  it('keep the name of the worker and the type of the error apart', () => {
    const recentErrors = [{ at: AT, type: 'TypeError', message: 'no feed' }];
    expect(errors({ workers: [worker({ recentErrors })] })).toContain('flaky TypeError, 5 s ago');
  });

  it('are unknown, and not none, before the store has answered', () => {
    expect(errors()).toContain('None.');
    expect(errors({ current: false, extent: 'self' })).toContain('Unknown until the lease store answers.');
  });
});

describe('Workers', () => {
  const workers = (more?: Partial<View>) =>
    textOf(h(Workers, { view: view(more), rates: new Rates(), palette: new Palette(), now: NOW }));

  it('show zeros that were counted', () => expect(workers()).toMatch(/closed\s*0\s*0 failed/));

  it.each<[string, Partial<View>]>([
    ['before the store has answered', { current: false, extent: 'self' }],
    ['of a key whose ledger cannot be read', { warnings: [{ kind: 'unreadable', key: 'k', message: '' }] }],
  ])('show no zeros that nobody counted: %s', (_, more) => {
    const text = workers(more);
    expect(text).toContain('flaky');
    expect(text.match(/–unknown/g)).toHaveLength(5);
    expect(text).not.toMatch(/\b0\b|closed/);
  });

  it('are unknown, and not none, before the store has answered', () => {
    expect(workers({ workers: [] })).toContain('No worker is registered.');
    const unknown = workers({ workers: [], current: false, extent: 'self' });
    expect(unknown).toContain('Unknown until the lease store answers.');
  });
});

it('A moment tells day, time and zone to whoever hovers over it', () => {
  const { props } = Moment({ at: AT, now: NOW }) as VNode<{ readonly title: string }>;
  expect(props.title).toMatch(/^Jan 31, 2026, \d+:00:00 [AP]M \S+/);
});
